package import Raft

/// Requests of administrators: what they become, or exactly why not. Nothing is changed here.
extension Scheduler {
    /// What carries a request out.
    package struct Answer: Sendable {
        /// What carries the request out.
        package let planned: Operator
        /// Running operators that give way: they are ended, and the row of the shard becomes the new one's.
        package let replaces: [Operator]
    }

    /// The operator for `request`. It takes the place of one that merely evens things out, never of one that repairs.
    package func answer(
        _ request: ManualRequest, in view: ClusterView, now: Instant
    ) throws(Refusal) -> Answer {
        var pass = Pass(view: view, rules: rules, now: now)
        pass.prepare()
        var desk = RequestDesk(pass: pass, request: request)
        return try desk.answer()
    }

    /// Whether `node` may be drained.
    package func checkDrain(_ node: NodeID, in view: ClusterView) throws(Refusal) {
        guard let known = view.node(node) else { throw .unknownNode(node) }
        if known.duty == .decommissioning { throw .alreadyDecommissioned(node) }
    }

    /// Whether `node` may be decommissioned: enough others must be there to take its replicas. Nodes that are not up
    /// do not count, since nobody knows whether they come back.
    package func checkDecommission(_ node: NodeID, in view: ClusterView, now: Instant) throws(Refusal) {
        guard let known = view.node(node) else { throw .unknownNode(node) }
        if known.duty == .decommissioning { throw .alreadyDecommissioned(node) }
        let remaining = usableNodes(of: view, now: now).count { $0 != node }
        if remaining < rules.replication.rawValue {
            throw .belowReplication(nodes: remaining, wanted: rules.replication.rawValue)
        }
    }

    /// Whether every shard can have so many voters.
    package func checkReplication(
        _ factor: ReplicationFactor, in view: ClusterView, now: Instant
    ) throws(Refusal) {
        let usable = usableNodes(of: view, now: now).count
        if usable < factor.rawValue { throw .belowReplication(nodes: usable, wanted: factor.rawValue) }
    }

    private func usableNodes(of view: ClusterView, now: Instant) -> [NodeID] {
        view.nodes.filter { node in
            node.duty != .decommissioning && !node.isSuspect
                && node.health(leadingSince: view.leadingSince, rules: rules, now: now) == .up
        }.map(\.id)
    }
}
