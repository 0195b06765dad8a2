import Keyspace
package import Raft
import Routing
package import Wire

extension DShardClient {
    /// Has the leader of a shard compare its replicas now, and waits for what it finds, which may take as long as it
    /// takes to read the shard: this client's deadline. Whatever changes meanwhile is tried again until `patience` is
    /// over. Where the shard is asked of `map`, a client with a shorter deadline.
    package func check(
        _ shard: ShardID, patience: Duration, map: DShardClient
    ) async throws(ClientError) -> ShardCheck {
        var end = ContinuousClock.now + patience
        var attempt = 0
        var hint: String?
        while true {
            let address = try await map.leader(of: shard, hint, attempt)
            attempt += 1
            var trouble: RequestError = .notLeader(hint: nil)
            if let address {
                switch await perform(.check(address: address, CheckRequest(shard: shard)), key: nil, byteCount: 0) {
                case .checked(let check): return check
                case .refused(let error): trouble = error
                case .failure(let error): throw error
                default: throw .strangeAnswer
                }
            }
            hint = nil
            switch trouble {
            case .notLeader(let said): hint = said?.address
            // Somebody else has it checked at the moment: that ends by itself.
            case .busy: end = max(end, ContinuousClock.now + .seconds(1))
            case .ambiguous, .epochMismatch, .unavailable: break
            default: throw ClientError(.refused(trouble), trouble: nil)
            }
            guard ContinuousClock.now < end else { throw ClientError(.refused(trouble), trouble: nil) }
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    /// The node to ask; nil when its address is not known.
    private func leader(of shard: ShardID, _ hint: String?, _ attempt: Int) async throws(ClientError) -> String? {
        if let hint { return hint }
        let table = try await routes(includingSystem: true)
        guard let route = table.routes.first(where: { $0.descriptor.shard == shard }) else {
            throw ClientError(.invalidRequest, "there is no shard \(shard) any more")
        }
        let voters = route.descriptor.configuration.voters
        let node = attempt % 2 == 0 ? route.leader ?? voters[0].node : voters[attempt / 2 % voters.count].node
        return table.nodes.first { $0.node == node }?.address
    }
}
