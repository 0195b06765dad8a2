package import Keyspace
package import NIOCore

/// Writes the operations of a request; see `EntryLayout`. Keys are internal ones. Every method checks the limits first
/// and leaves the list as it was when it throws.
package struct OperationList: Sendable, Equatable {
    /// `operation*`, as `WriteRequest.operations` takes them.
    package private(set) var bytes: ByteBuffer
    /// How many operations there are.
    package private(set) var count: Int

    /// No operation yet; `capacity` is a guess of the bytes to come.
    package init(capacity: Int = 0) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(capacity)
        count = 0
    }

    /// Sets `key` to `value`, until `expiryMilliseconds` of replicated time if that is given.
    package mutating func put(
        _ key: Key, _ value: [UInt8], expiryMilliseconds: UInt64? = nil
    ) throws(OperationProblem) {
        try check(key, value)
        begin(.put, key, value, expiryMilliseconds)
    }

    /// Removes `key`.
    package mutating func delete(_ key: Key) throws(OperationProblem) {
        try check(key, [])
        begin(.delete, key, [], nil)
    }

    /// Sets `key` to `value` if its value is `expect`.
    package mutating func compareAndSet(
        _ key: Key, _ value: [UInt8], expect: [UInt8], expiryMilliseconds: UInt64? = nil
    ) throws(OperationProblem) {
        try check(key, value)
        try OperationList.check(valueBytes: expect.count)
        begin(.compareAndSetValue, key, value, expiryMilliseconds)
        bytes.writeLittle(UInt32(truncatingIfNeeded: expect.count))
        bytes.writeBytes(expect)
    }

    /// Sets `key` to `value` if its version is `expectVersion`.
    package mutating func compareAndSet(
        _ key: Key, _ value: [UInt8], expectVersion: Timestamp, expiryMilliseconds: UInt64? = nil
    ) throws(OperationProblem) {
        try check(key, value)
        begin(.compareAndSetVersion, key, value, expiryMilliseconds)
        bytes.writeLittle(expectVersion.rawValue)
    }

    /// Sets `key` to `value` if it is absent.
    package mutating func putIfAbsent(
        _ key: Key, _ value: [UInt8], expiryMilliseconds: UInt64? = nil
    ) throws(OperationProblem) {
        try check(key, value)
        begin(.compareAndSetAbsent, key, value, expiryMilliseconds)
    }

    private mutating func begin(_ kind: OperationKind, _ key: Key, _ value: [UInt8], _ expiry: UInt64?) {
        let flags = expiry == nil ? 0 : EntryLayout.operationExpires
        bytes.writeMultipleIntegers(
            kind.rawValue, flags, UInt16(truncatingIfNeeded: key.bytes.count), endianness: .little)
        bytes.writeBytes(key.bytes)
        bytes.writeLittle(UInt32(truncatingIfNeeded: value.count))
        bytes.writeBytes(value)
        if let expiry { bytes.writeLittle(expiry) }
        count += 1
    }

    private func check(_ key: Key, _ value: [UInt8]) throws(OperationProblem) {
        let limit = KeyLimits.batchOperationsMax
        guard count < limit else { throw .tooMany(limit: limit, actual: count + 1) }
        try OperationList.check(keyBytes: key.bytes.count)
        try OperationList.check(valueBytes: value.count)
    }

    /// `keyBytes` counts the space byte.
    static func check(keyBytes: Int) throws(OperationProblem) {
        guard keyBytes > 1 else { throw .keyEmpty }
        let limit = KeyLimits.keyBytesMax
        guard keyBytes - 1 <= limit else { throw .keyTooLong(limit: limit, actual: keyBytes - 1) }
    }

    static func check(valueBytes: Int) throws(OperationProblem) {
        let limit = KeyLimits.valueBytesMax
        guard valueBytes <= limit else { throw .valueTooLong(limit: limit, actual: valueBytes) }
    }
}
