import Keyspace
import Wire

extension OperationList {
    /// A list of one put, conditional or not.
    static func put(
        _ key: Key, _ value: [UInt8], _ condition: Condition?, expiryMilliseconds: UInt64?
    ) throws(OperationProblem) -> OperationList {
        var list = OperationList(capacity: key.bytes.count + value.count + 32)
        switch condition?.kind {
        case nil:
            try list.put(key, value, expiryMilliseconds: expiryMilliseconds)
        case .value(let expected):
            try list.compareAndSet(key, value, expect: expected, expiryMilliseconds: expiryMilliseconds)
        case .version(let version):
            try list.compareAndSet(
                key, value, expectVersion: Timestamp(version.rawValue), expiryMilliseconds: expiryMilliseconds)
        case .absent:
            try list.putIfAbsent(key, value, expiryMilliseconds: expiryMilliseconds)
        }
        return list
    }
}
