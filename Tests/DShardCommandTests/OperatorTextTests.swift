import DShardClient
import Raft
import Testing
import Wire

@testable import dshard

/// What people see of placement.
@Suite struct OperatorTextTests {
    private func status(done: UInt16, _ state: OperatorStatus.State) -> OperatorStatus {
        OperatorStatus(
            id: 7, shard: ShardID(3), priority: "manual", steps: ["add learner 4@4 at 1.1", "leave joint at 1.3"],
            done: done, reason: "requested", state: state)
    }

    @Test func progressIsOneLine() {
        #expect(
            OperatorWait.progress(status(done: 0, .running(waiting: nil)))
                == "shard 3: step 1 of 2, add learner 4@4 at 1.1")
        #expect(
            OperatorWait.progress(status(done: 1, .running(waiting: "node 4 is not connected")))
                == "shard 3: step 2 of 2, leave joint at 1.3 (node 4 is not connected)")
        #expect(OperatorWait.progress(status(done: 2, .running(waiting: nil))) == "shard 3: finishing")
        #expect(OperatorWait.progress(status(done: 9, .done)) == "shard 3: finishing")
    }

    /// What was accepted is not undone because somebody stopped looking.
    @Test(arguments: [ClientError.Code.unavailable, .deadlineExceeded, .unknownOutcome, .busy])
    func afterItIsAcceptedTheOutcomeIsOpen(code: ClientError.Code) async {
        let failure = await #expect(throws: CommandFailure.self) {
            try await ChangeOptions.follow { throw ClientError(code, "no answer") }
        }
        #expect(failure?.status == .outcomeUnknown)
        #expect(failure?.message?.contains("no answer") == true)
        let refused = await #expect(throws: CommandFailure.self) {
            try await ChangeOptions.follow { throw CommandFailure.refused("shard 3: it ended early") }
        }
        #expect(refused == CommandFailure.refused("shard 3: it ended early"))
    }

    @Test func whatNodesAreToDoIsShown() {
        let address = NodeAddress(node: NodeID(1), address: "h:1", incarnation: 1)
        let table = RouteTable(routes: [], nodes: [address], clusterMilliseconds: 0)
        let status = NodeStatus(
            node: NodeID(1), address: "h:1", isReady: true, reasons: [], shards: [], nodes: [])
        func state(_ duty: NodeDutyCode, answers: Bool = true) -> NodeView.State? {
            let placement = PlacementStatus(
                leader: NodeID(1), replication: 3, unevenShards: 0,
                nodes: [PlacementStatus.Node(node: NodeID(1), duty: duty, health: .up)], operators: [], obstacles: [])
            return ClusterView(
                table: table, statuses: answers ? [NodeID(1): status] : [:], placement: placement
            ).nodes.first?.state
        }
        #expect(state(.serving) == .up)
        #expect(state(.draining) == .draining)
        #expect(state(.draining, answers: false) == .down)
        #expect(state(.decommissioning, answers: false) == .decommissioned)
    }
}
