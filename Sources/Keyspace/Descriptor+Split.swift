package import Raft

extension Descriptor {
    /// What a shard becomes by a split: it keeps what lies before the key, a new shard has the rest (rule 32).
    package struct Parts: Hashable, Sendable {
        /// The shard itself, with the keys before the border.
        package var parent: Descriptor
        /// The new shard, with the keys from the border on.
        package var child: Descriptor

        package init(parent: Descriptor, child: Descriptor) {
            self.parent = parent
            self.child = child
        }
    }

    /// This shard cut at `key`; nil when there is nothing to cut: the key is no border within the range, or the
    /// replicas are changing. Both parts get the next version (rule 35).
    ///
    /// `child` must never have been a shard before, so its replicas count from 1: one on each node that has one of
    /// this shard, in the same role. The replica on `first` leads the list of voters, and so campaigns before the
    /// others (rule 3). The same on every node, as the arguments are in the log.
    package func split(at key: Key, child: ShardID, first: NodeID) -> Parts? {
        let (version, overflow) = epoch.version.addingReportingOverflow(1)
        guard range.start < key, key < range.end, child != shard, !configuration.isJoint, !overflow else { return nil }
        var parent = self
        parent.range.end = key
        parent.epoch.version = version
        let start = isPlanted(.splitBorderOffByOne) ? key.successor : key
        var members = renumbered(rotated(configuration.voters, to: first) + configuration.learners)
        let learners = Array(members[configuration.voters.count...])
        members.removeLast(learners.count)
        let child = Descriptor(
            shard: child, range: KeyRange(start: start, end: range.end), epoch: Epoch(version: version, config: 1),
            configuration: Configuration(voters: members, learners: learners),
            nextReplica: ReplicaID(UInt64(members.count + learners.count + 1)))
        return Parts(parent: parent, child: child)
    }

    /// The voters, from the one on `first` on; as they are when there is none.
    private func rotated(_ voters: [Member], to first: NodeID) -> [Member] {
        guard let position = voters.firstIndex(where: { $0.node == first }) else { return voters }
        return Array(voters[position...] + voters[..<position])
    }

    private func renumbered(_ members: [Member]) -> [Member] {
        members.enumerated().map { position, member in
            Member(replica: ReplicaID(UInt64(position + 1)), node: member.node)
        }
    }
}
