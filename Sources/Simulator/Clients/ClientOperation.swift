import Keyspace
import Wire

/// What a client asks for; all keys lie in one shard.
enum ClientOperation {
    case get([Key])
    /// All keys of a shard's workload, in order.
    case scan(KeyRange)
    case put(Key, [UInt8])
    case delete(Key)
    case putIfAbsent(Key, [UInt8])
    /// The second half of an increment: from the version that was read.
    case swap(Key, [UInt8], expect: Timestamp)
    /// The same value under both keys, in one batch (I20).
    case pair(Key, Key, [UInt8])

    /// The keys that are read or written, or that bound what is.
    var keys: [Key] {
        switch self {
        case .get(let keys): keys
        case .scan(let range): [range.start]
        case .put(let key, _), .delete(let key), .putIfAbsent(let key, _), .swap(let key, _, _): [key]
        case .pair(let first, let second, _): [first, second]
        }
    }

    var isWrite: Bool {
        switch self {
        case .get, .scan: false
        case .put, .delete, .putIfAbsent, .swap, .pair: true
        }
    }

    /// The value it may leave behind.
    var value: [UInt8]? {
        switch self {
        case .get, .scan, .delete: nil
        case .put(_, let value), .putIfAbsent(_, let value), .swap(_, let value, _), .pair(_, _, let value): value
        }
    }

    /// As the operations of a log entry.
    func operations() throws(OperationProblem) -> OperationList {
        var list = OperationList()
        switch self {
        case .get, .scan: break
        case .put(let key, let value): try list.put(key, value)
        case .delete(let key): try list.delete(key)
        case .putIfAbsent(let key, let value): try list.putIfAbsent(key, value)
        case .swap(let key, let value, let version): try list.compareAndSet(key, value, expectVersion: version)
        case .pair(let first, let second, let value):
            try list.put(first, value)
            try list.put(second, value)
        }
        return list
    }
}
