import Keyspace
import NIOCore
import Wire

extension DShardClient {
    /// The values of `keys`, in their order; nil for those that have none. The keys of one shard are read as of one
    /// moment.
    public func get(
        _ keys: [[UInt8]], consistency: Consistency = .linearizable
    ) async throws(ClientError) -> [VersionedValue?] {
        let internalKeys = try DShardClient.internalKeys(keys)
        var values = [VersionedValue?](repeating: nil, count: keys.count)
        try await eachGroup(of: internalKeys, bytes: { internalKeys[$0].bytes.count }) { group in
            guard let list = try? KeyList(group.map { internalKeys[$0] }) else { return .failure(.strangeAnswer) }
            return await self.perform(
                .getMany(list, consistency.wire), key: internalKeys[group[0]], byteCount: list.bytes.readableBytes)
        } done: { group, answer in
            guard case .values(let found) = answer, found.count == group.count else { return false }
            for (place, value) in zip(group, found) { values[place] = value }
            return true
        }
        return values
    }

    /// Puts many pairs, in batches per shard and several batches at a time. Each pair is put or the call fails; after
    /// a failure some pairs may be there and others not. A pair whose first attempt is in doubt while its shard splits
    /// may be put twice, so this is for filling, not for keys that others write too. Of pairs with the same key, any
    /// may win.
    public func putAll(_ pairs: [(key: [UInt8], value: [UInt8])]) async throws(ClientError) {
        for pair in pairs {
            guard pair.value.count <= KeyLimits.valueBytesMax else {
                let limit = KeyLimits.valueBytesMax
                throw ClientError(OperationProblem.valueTooLong(limit: limit, actual: pair.value.count))
            }
        }
        let keys = try DShardClient.internalKeys(pairs.map(\.key))
        try await eachGroup(of: keys, bytes: { keys[$0].bytes.count + pairs[$0].value.count }) { group in
            var list = OperationList(capacity: 32 * group.count)
            do throws(OperationProblem) {
                for place in group { try list.put(keys[place], pairs[place].value) }
            } catch {
                return .failure(ClientError(error))
            }
            return await self.perform(
                .write(list.bytes, count: list.count), key: keys[group[0]], byteCount: list.bytes.readableBytes)
        } done: { _, answer in
            switch answer {
            case .written, .batchWritten: true
            default: false
            }
        }
    }

    private static func internalKeys(_ keys: [[UInt8]]) throws(ClientError) -> [Key] {
        var internalKeys: [Key] = []
        internalKeys.reserveCapacity(keys.count)
        for key in keys { internalKeys.append(try internalKey(key)) }
        return internalKeys
    }

    /// Sends `request` for groups of places in `keys`, each within one shard and bounded, several at a time. Groups
    /// whose shard changed meanwhile are formed anew. `done` takes an answer, false when it makes no sense.
    private func eachGroup(
        of keys: [Key], bytes: (Int) -> Int, request: @escaping @Sendable ([Int]) async -> Answer,
        done: ([Int], Answer) -> Bool
    ) async throws(ClientError) {
        var places = Array(keys.indices)
        let end = ContinuousClock.now + requestTimeout
        var isFirst = true
        while !places.isEmpty {
            let borders = try await borders(refresh: !isFirst)
            let groups = KeyGroups.make(places, of: keys, borders: borders, bytes: bytes)
            places = try await run(groups, request: request, done: done)
            guard places.isEmpty || ContinuousClock.now < end else {
                throw ClientError(.unavailable, "the keys' shards keep changing: try again")
            }
            isFirst = false
        }
    }

    /// Returns the places of groups that must be formed anew.
    private func run(
        _ groups: [[Int]], request: @escaping @Sendable ([Int]) async -> Answer, done: ([Int], Answer) -> Bool
    ) async throws(ClientError) -> [Int] {
        var failure: ClientError?
        var again: [Int] = []
        await withTaskGroup(of: ([Int], Answer).self) { tasks in
            var next = 0
            var running = 0
            while running > 0 || (next < groups.count && failure == nil) {
                while running < KeyGroups.parallelMax, next < groups.count, failure == nil {
                    let group = groups[next]
                    tasks.addTask { (group, await request(group)) }
                    next += 1
                    running += 1
                }
                guard let (group, answer) = await tasks.next() else { break }
                running -= 1
                switch answer {
                case .regroup: again += group
                case .failure(let error): failure = failure ?? error
                default: if !done(group, answer) { failure = failure ?? .strangeAnswer }
                }
            }
        }
        if let failure { throw failure }
        return again
    }

    /// Where shards begin, in key order.
    private func borders(refresh: Bool) async throws(ClientError) -> [Key] {
        if !refresh {
            let known = await knownBorders()
            if !known.isEmpty { return known }
        }
        let table = try await routes(includingSystem: false)
        return table.routes.map(\.descriptor.range.start).sorted()
    }

    private func knownBorders() async -> [Key] {
        let core = core
        if eventLoop.inEventLoop { return core.borders() }
        return (try? await eventLoop.submit { core.borders() }.get()) ?? []
    }
}
