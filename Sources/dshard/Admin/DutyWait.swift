import DShardClient
import Raft
import Wire

/// Waits until a node is rid of what it is to be rid of.
struct DutyWait: Sendable {
    let client: DShardClient
    let node: NodeID
    /// What is to go: leaderships, or replicas.
    let counts: @Sendable (PlacementStatus.Node) -> UInt32
    /// Their name for people.
    let name: String

    /// So long nothing may happen before this is given up; what was wished for stays recorded.
    private static let patience = Duration.seconds(60)

    /// Returns when none is left; throws when nothing moves any more.
    func end() async throws {
        var last: UInt32?
        var movedAt = ContinuousClock.now
        while true {
            let placement = try await AdminOperators.status(client)
            guard let found = placement.nodes.first(where: { $0.node == node }) else {
                throw CommandFailure.refused("there is no node \(node)")
            }
            if found.duty == .serving {
                throw CommandFailure.refused("node \(node) was called back meanwhile")
            }
            let left = counts(found)
            guard left > 0 else { return }
            // What goes on elsewhere is no progress here.
            if left != last || found.departures > 0 { movedAt = .now }
            if left != last, OpenFile.standardError.isTerminal {
                OpenFile.standardError.say("node \(node): \(left) \(name) left\n")
            }
            last = left
            guard ContinuousClock.now - movedAt < DutyWait.patience else {
                throw CommandFailure(
                    .outcomeUnknown,
                    "recorded, but node \(node) still has \(left) \(name), and nothing has moved for a minute: see "
                        + "dshard admin operators for what cannot be done and why")
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
