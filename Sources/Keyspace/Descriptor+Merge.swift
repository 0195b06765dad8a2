import Raft

extension Descriptor {
    /// What this shard becomes by absorbing its right neighbour (rule 33): it has the keys of both, in a version above
    /// those of both (rule 35), and its own replicas. Nil when the two are no neighbours.
    package func absorbing(_ right: Descriptor) -> Descriptor? {
        let (version, overflow) = max(epoch.version, right.epoch.version).addingReportingOverflow(1)
        guard range.end == right.range.start, shard != right.shard, !overflow else { return nil }
        var whole = self
        whole.range.end = right.range.end
        whole.epoch.version = version
        return whole
    }

    /// Whether both have replicas on the same nodes, none of which only listens or is about to come or go.
    package func isAligned(with other: Descriptor) -> Bool {
        let (own, others) = (configuration, other.configuration)
        guard !own.isJoint, !others.isJoint, own.learners.isEmpty, others.learners.isEmpty else { return false }
        return own.voters.map(\.node).sorted() == others.voters.map(\.node).sorted()
    }
}
