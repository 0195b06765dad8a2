package import Raft

/// One node, as placement knows it.
package struct NodeView: Sendable {
    /// Never used for another node.
    package var id: NodeID
    /// Where it stands: zone, rack and the like, as its operator named them.
    package var labels: [String: String]
    /// Of the disk that its store is on.
    package var capacity: ByteCount
    /// Of that, what is still free.
    package var free: ByteCount
    /// What its operator wants of it.
    package var duty: NodeDuty
    /// The whole node may have forgotten something (rule 15); nothing on it counts.
    package var isSuspect: Bool
    /// Its log syncs take too long to lead anything (rule 38).
    package var hasSlowDisk: Bool
    /// Snapshots that it receives now, by its own word.
    package var receivingSnapshots: Int
    /// Snapshots that it sends now, by its own word.
    package var sendingSnapshots: Int
    /// On the placement leader's steady clock; nil while nothing was heard since it leads (rule 37).
    package var heardAt: Instant?

    package init(
        id: NodeID, labels: [String: String] = [:], capacity: ByteCount, free: ByteCount, duty: NodeDuty = .serving,
        isSuspect: Bool = false, hasSlowDisk: Bool = false, receivingSnapshots: Int = 0, sendingSnapshots: Int = 0,
        heardAt: Instant? = nil
    ) {
        self.id = id
        self.labels = labels
        self.capacity = capacity
        self.free = free
        self.duty = duty
        self.isSuspect = isSuspect
        self.hasSlowDisk = hasSlowDisk
        self.receivingSnapshots = receivingSnapshots
        self.sendingSnapshots = sendingSnapshots
        self.heardAt = heardAt
    }

    /// How the node is at `now`, for a placement leader that leads since `leadingSince`.
    ///
    /// The silence of a node that was not heard yet begins when the leader began to lead: it may have been up a moment
    /// before (rule 37).
    package func health(leadingSince: Instant, rules: PlacementRules, now: Instant) -> NodeHealth {
        let silentSince = heardAt ?? leadingSince
        let silence = now - silentSince
        if silence >= rules.repairAfter { return .dead(since: silentSince) }
        guard heardAt != nil else { return .unknown }
        return silence >= rules.limits.downAfter ? .down(since: silentSince) : .up
    }
}
