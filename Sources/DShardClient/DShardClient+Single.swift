import Keyspace
import NIOCore
import Wire

extension DShardClient {
    /// Sets `key` to `value` and returns the value's version.
    /// The value stays for `expiresAfter`; nil for ever.
    @discardableResult
    public func put(
        _ key: [UInt8], _ value: [UInt8], expiresAfter: Duration? = nil
    ) async throws(ClientError) -> Version {
        let outcome = try await write(key, value, nil, expiresAfter)
        guard case .put(let version) = outcome else { throw .strangeAnswer }
        return Version(version.rawValue)
    }

    /// The value of `key`; nil when it has none.
    public func get(
        _ key: [UInt8], consistency: Consistency = .linearizable
    ) async throws(ClientError) -> VersionedValue? {
        let key = try DShardClient.internalKey(key)
        switch await perform(.get(consistency.wire), key: key, byteCount: key.bytes.count) {
        case .value(let value): return value
        case .failure(let error): throw error
        default: throw .strangeAnswer
        }
    }

    /// Removes `key`; returns whether it had a value.
    @discardableResult
    public func delete(_ key: [UInt8]) async throws(ClientError) -> Bool {
        let key = try DShardClient.internalKey(key)
        var list = OperationList(capacity: key.bytes.count + 16)
        do throws(OperationProblem) { try list.delete(key) } catch { throw ClientError(error) }
        guard case .deleted(let existed, _) = try await write(list, key) else { throw .strangeAnswer }
        return existed
    }

    /// Sets `key` to `value` if the condition holds, in one step that no other write can come between.
    /// The new value stays for `expiresAfter`; nil for ever.
    public func compareAndSet(
        _ key: [UInt8], to value: [UInt8], expecting condition: Condition, expiresAfter: Duration? = nil
    ) async throws(ClientError) -> CASResult {
        switch try await write(key, value, condition, expiresAfter) {
        case .swapped(let version): return .swapped(Version(version.rawValue))
        case .conditionFalse(let current): return .conditionFalse(current: current.map { Version($0.rawValue) })
        case .put, .deleted: throw .strangeAnswer
        }
    }

    /// The key as the cluster orders it, checked against the limits; the nodes check again.
    static func internalKey(_ key: [UInt8]) throws(ClientError) -> Key {
        guard !key.isEmpty else { throw ClientError(OperationProblem.keyEmpty) }
        guard key.count <= KeyLimits.keyBytesMax else {
            throw ClientError(OperationProblem.keyTooLong(limit: KeyLimits.keyBytesMax, actual: key.count))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(key.count + 1)
        bytes.append(Key.userSpace)
        bytes.append(contentsOf: key)
        return Key(bytes)
    }

    private func write(
        _ key: [UInt8], _ value: [UInt8], _ condition: Condition?, _ lifetime: Duration?
    ) async throws(ClientError) -> OperationOutcome {
        let key = try DShardClient.internalKey(key)
        let list: OperationList
        do throws(OperationProblem) {
            list = try OperationList.put(key, value, condition, expiryMilliseconds: nil)
        } catch {
            throw ClientError(error)
        }
        guard let lifetime else { return try await write(list, key) }
        let milliseconds = UInt64(max(1, lifetime.wholeNanoseconds / 1_000_000))
        let operation = Operation.expiringPut(value: value, condition: condition, lifetimeMilliseconds: milliseconds)
        return try await outcome(operation, key, byteCount: list.bytes.readableBytes)
    }

    private func write(_ list: OperationList, _ key: Key) async throws(ClientError) -> OperationOutcome {
        try await outcome(.write(list.bytes, count: 1), key, byteCount: list.bytes.readableBytes)
    }

    private func outcome(
        _ operation: Operation, _ key: Key, byteCount: Int
    ) async throws(ClientError) -> OperationOutcome {
        switch await perform(operation, key: key, byteCount: byteCount) {
        case .written(let outcome): return outcome
        case .failure(let error): throw error
        default: throw .strangeAnswer
        }
    }
}
