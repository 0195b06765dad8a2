package import Keyspace
package import Raft
import Routing
import Wire

extension DShardClient {
    /// Makes the right neighbour of `shard` a part of it, and returns the whole. Refused, with the reason, and nothing
    /// changed, when there is none, when the two are not on the same nodes, or when one of them is changing or lacks a
    /// replica. An outcome that is not known is looked up in the routes.
    package func merge(_ shard: ShardID) async throws(ClientError) -> Descriptor {
        let end = ContinuousClock.now + requestTimeout
        var attempt = 0
        var hint: String?
        while true {
            let table = try await routes(includingSystem: true)
            let (left, right) = try DShardClient.neighbours(shard, in: table)
            let address = try DShardClient.address(of: left, in: table, hint, attempt)
            attempt += 1
            let request = MergeRequest(
                shard: shard, epoch: left.descriptor.epoch, right: right.shard, rightEpoch: right.epoch)
            switch await perform(.merge(address: address, request), key: nil, byteCount: 0) {
            case .parts(let parts):
                guard let whole = parts.first else { throw .strangeAnswer }
                return whole
            case .refused(.notLeader(let said)): hint = said?.address
            // The routes were a little old; a second time it is another change that came first.
            case .refused(.epochMismatch) where attempt == 1: hint = nil
            case .refused(.ambiguous), .failure: return try await lookForWhole(shard, right, until: end)
            case .refused(let error): throw DShardClient.mergeError(error, shard)
            default: throw .strangeAnswer
            }
            guard ContinuousClock.now < end else {
                throw ClientError(.unavailable, "the shard had no leader within the deadline: check that a quorum runs")
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func mergeError(_ error: RequestError, _ shard: ShardID) -> ClientError {
        switch error {
        case .epochMismatch, .notApplied:
            ClientError(
                .busy,
                "another change of shard \(shard) or its neighbour came first: see dshard admin shards, "
                    + "and try again")
        case .busy(_, let reason), .unavailable(let reason):
            ClientError(.busy, "shard \(shard) cannot be merged now (\(reason)): try again in a moment")
        default: ClientError(.refused(error), trouble: nil)
        }
    }

    /// The shard and its right neighbour, as the routes have them.
    private static func neighbours(
        _ shard: ShardID, in table: RouteTable
    ) throws(ClientError) -> (left: Route, right: Descriptor) {
        guard let left = table.routes.first(where: { $0.descriptor.shard == shard }) else {
            throw ClientError(.invalidRequest, "there is no shard \(shard): see dshard admin shards")
        }
        let range = left.descriptor.range
        guard range.start >= Key.userStart else {
            throw ClientError(.invalidRequest, "the system shard is never merged")
        }
        guard range.end < Key.end else {
            throw ClientError(.invalidRequest, "shard \(shard) is the last one: it has no right neighbour")
        }
        guard let right = table.routes.first(where: { $0.descriptor.range.start == range.end }) else {
            throw ClientError(.unavailable, "the right neighbour of shard \(shard) is not known: try again")
        }
        return (left, right.descriptor)
    }

    /// The node to ask: the leader, else the voters in turn.
    private static func address(
        of route: Route, in table: RouteTable, _ hint: String?, _ attempt: Int
    ) throws(ClientError) -> String {
        let voters = route.descriptor.configuration.voters
        let node = attempt == 0 ? route.leader ?? voters[0].node : voters[attempt % voters.count].node
        guard let address = hint ?? table.nodes.first(where: { $0.node == node })?.address else {
            throw ClientError(.unavailable, "the address of node \(node) is not known: try again")
        }
        return address
    }

    /// Whether the merge took place all the same.
    private func lookForWhole(
        _ shard: ShardID, _ right: Descriptor, until end: ContinuousClock.Instant
    ) async throws(ClientError) -> Descriptor {
        repeat {
            let table = try await routes(includingSystem: false)
            let whole = table.routes.first { $0.descriptor.shard == shard }?.descriptor
            if let whole, whole.range.contains(right.range.start) { return whole }
            try? await Task.sleep(for: .milliseconds(100))
        } while ContinuousClock.now < end
        throw ClientError(
            .unknownOutcome, "the merge was asked for and not answered: see dshard admin shards, and try again")
    }
}
