import Keyspace
package import Raft
import Routing
import Wire

extension DShardClient {
    /// Makes `key` the first key of a shard, and returns both parts of the shard that had it. Refused, with the
    /// reason, before anything is changed, when it is one already or the shard is changing; of two splits of a shard
    /// at the same moment one is told so. An outcome that is not known is looked up in the routes.
    package func split(at key: [UInt8]) async throws(ClientError) -> [ShardID] {
        let border = try DShardClient.internalKey(key)
        let end = ContinuousClock.now + requestTimeout
        var attempt = 0
        var hint: String?
        while true {
            let table = try await routes(includingSystem: false)
            let (route, address) = try owner(of: border, in: table, hint, attempt)
            attempt += 1
            let request = SplitRequest(
                shard: route.descriptor.shard, epoch: route.descriptor.epoch, key: border)
            switch await perform(.split(address: address, request), key: nil, byteCount: 0) {
            case .parts(let parts): return parts.map(\.shard)
            case .refused(.notLeader(let said)): hint = said?.address
            // The routes were a little old; a second time it is another change that came first.
            case .refused(.epochMismatch) where attempt == 1: hint = nil
            case .refused(.ambiguous), .failure:
                return try await lookForBorder(border, of: route.descriptor.shard, until: end)
            case .refused(let error): throw DShardClient.splitError(error, route.descriptor.shard)
            default: throw .strangeAnswer
            }
            guard ContinuousClock.now < end else {
                throw ClientError(.unavailable, "the shard had no leader within the deadline: check that a quorum runs")
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func splitError(_ error: RequestError, _ shard: ShardID) -> ClientError {
        switch error {
        case .epochMismatch, .notApplied:
            ClientError(
                .busy, "another change of shard \(shard) came first: see dshard admin shards, and try again")
        case .busy(_, let reason):
            ClientError(.busy, "shard \(shard) cannot be split now (\(reason)): try again in a moment")
        default: ClientError(.refused(error), trouble: nil)
        }
    }

    /// The shard that has `key`, and the node to ask: its leader, else its voters in turn.
    private func owner(
        of key: Key, in table: RouteTable, _ hint: String?, _ attempt: Int
    ) throws(ClientError) -> (route: Route, address: String) {
        guard let route = table.routes.first(where: { $0.descriptor.range.contains(key) }) else {
            throw ClientError(.unavailable, "the key's shard is not known: try again")
        }
        let shard = route.descriptor.shard
        guard route.descriptor.range.start != key else {
            throw ClientError(.invalidRequest, "shard \(shard) begins at this key already")
        }
        let voters = route.descriptor.configuration.voters
        let node = attempt == 0 ? route.leader ?? voters[0].node : voters[attempt % voters.count].node
        guard let address = hint ?? table.nodes.first(where: { $0.node == node })?.address else {
            throw ClientError(.unavailable, "the address of node \(node) is not known: try again")
        }
        return (route, address)
    }

    /// Whether the split took place all the same.
    private func lookForBorder(
        _ key: Key, of shard: ShardID, until end: ContinuousClock.Instant
    ) async throws(ClientError) -> [ShardID] {
        repeat {
            let table = try await routes(includingSystem: false)
            if let child = table.routes.first(where: { $0.descriptor.range.start == key }) {
                return [shard, child.descriptor.shard]
            }
            try? await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < end
        throw ClientError(
            .unknownOutcome, "the split was asked for and not answered: see dshard admin shards, and try again")
    }
}
