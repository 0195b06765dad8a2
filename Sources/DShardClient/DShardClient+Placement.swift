import Keyspace
import Raft
import Routing
package import Wire

extension DShardClient {
    /// Asks whoever leads placement. A question is asked again until the deadline; a wish is asked for once, and when
    /// its outcome is not known the error says so.
    package func placement(_ request: PlacementRequest) async throws(ClientError) -> PlacementAnswer {
        let end = ContinuousClock.now + requestTimeout
        var attempt = 0
        var hint: String?
        while true {
            let answer: Answer
            if let address = try await placementLeader(hint, attempt) {
                answer = await perform(.placement(address: address, request), key: nil, byteCount: 0)
            } else {
                answer = .refused(.notLeader(hint: nil))
            }
            attempt += 1
            switch answer {
            case .placement(let answer): return answer
            case .refused(.notLeader(let said)): hint = said?.address
            case .refused(.unavailable): hint = nil
            case .refused(.ambiguous) where request.isQuestion, .failure where request.isQuestion: hint = nil
            case .refused(.ambiguous), .failure:
                throw ClientError(
                    .unknownOutcome, "placement was asked and did not answer: see dshard admin operators")
            case .refused(.busy(_, let reason)): throw ClientError(.busy, reason)
            case .refused(let error): throw ClientError(.refused(error), trouble: nil)
            default: throw .strangeAnswer
            }
            guard ContinuousClock.now < end else {
                throw ClientError(
                    .unavailable, "no node led placement within the deadline: check that a quorum runs")
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What placement does, asked once of the node at `endpoint`; nil when that does not lead it.
    package func placementStatus(at endpoint: String) async throws(ClientError) -> PlacementStatus? {
        switch await perform(.placement(address: endpoint, .status), key: nil, byteCount: 0) {
        case .placement(.status(let status)): return status
        case .failure(let error): throw error
        default: return nil
        }
    }

    /// Where the leader of the system shard is, or may be; nil while nobody knows.
    private func placementLeader(_ hint: String?, _ attempt: Int) async throws(ClientError) -> String? {
        if let hint { return hint }
        let table = try await routes(includingSystem: true)
        guard let system = table.routes.first(where: { $0.descriptor.range == .system }) else { return nil }
        let voters = system.descriptor.configuration.voters
        let node = attempt == 0 ? system.leader ?? voters[0].node : voters[attempt % voters.count].node
        return table.nodes.first { $0.node == node }?.address
    }
}

extension PlacementRequest {
    fileprivate var isQuestion: Bool {
        switch self {
        case .status, .operation, .why: true
        case .move, .transfer, .setDuty, .setReplication, .split, .merge: false
        }
    }
}
