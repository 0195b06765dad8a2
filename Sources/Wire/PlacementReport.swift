package import Keyspace
package import Raft

/// What a node tells the placement leader, who has asked for it: how the node is, and how those of its shards are that
/// it leads. A long report comes in several frames, each with the node's figures.
package struct PlacementReport: Sendable, Equatable {
    /// The term of the system shard's leader who asked: an answer to an earlier one says nothing to a later one.
    package var term: Term
    package var node: NodeFigures
    /// Shards that the node leads; those that changed, unless all were asked for.
    package var shards: [LedShard]

    package init(term: Term, node: NodeFigures, shards: [LedShard] = []) {
        self.term = term
        self.node = node
        self.shards = shards
    }

    /// How a node is.
    package struct NodeFigures: Hashable, Sendable {
        /// Of the disk that its store is on.
        package var capacityBytes: UInt64
        /// Of that, what is still free.
        package var freeBytes: UInt64
        /// The whole node may have forgotten something (rule 15).
        package var isSuspect: Bool
        /// Its log syncs take too long to lead anything (rule 38), or it is about to stop.
        package var isUnfitToLead: Bool
        /// Snapshots on their way to it.
        package var receivingSnapshots: UInt16
        /// Snapshots on their way from it.
        package var sendingSnapshots: UInt16

        package init(
            capacityBytes: UInt64, freeBytes: UInt64, isSuspect: Bool = false, isUnfitToLead: Bool = false,
            receivingSnapshots: UInt16 = 0, sendingSnapshots: UInt16 = 0
        ) {
            self.capacityBytes = capacityBytes
            self.freeBytes = freeBytes
            self.isSuspect = isSuspect
            self.isUnfitToLead = isUnfitToLead
            self.receivingSnapshots = receivingSnapshots
            self.sendingSnapshots = sendingSnapshots
        }
    }

    /// How a shard is, in the word of its leader.
    package struct LedShard: Hashable, Sendable {
        package var descriptor: Descriptor
        /// Who leads it, in which term: of two that say so the later one is right.
        package var leader: ReplicaID
        package var term: Term
        /// An estimate of its records' bytes, keys included.
        package var bytes: UInt64
        /// An estimate of how many records it has.
        package var keys: UInt64
        /// Reads and writes together, averaged over a few seconds.
        package var operationsPerSecond: UInt32
        /// How much of its leader's lane it takes, in thousandths, averaged likewise.
        package var laneShare: UInt32
        /// A key that halves its bytes; nil for a shard that is far from being split.
        package var middleKey: Key?
        /// A key that halves its load; nil when it has little, or one key has it all.
        package var halvingKey: Key?
        /// What the leader knows of the other members, in the order of their ids.
        package var others: [OtherReplica]

        package init(
            descriptor: Descriptor, leader: ReplicaID, term: Term, bytes: UInt64 = 0, keys: UInt64 = 0,
            operationsPerSecond: UInt32 = 0, laneShare: UInt32 = 0, middleKey: Key? = nil, halvingKey: Key? = nil,
            others: [OtherReplica] = []
        ) {
            self.descriptor = descriptor
            self.leader = leader
            self.term = term
            self.bytes = bytes
            self.keys = keys
            self.operationsPerSecond = operationsPerSecond
            self.laneShare = laneShare
            self.middleKey = middleKey
            self.halvingKey = halvingKey
            self.others = others
        }
    }

    /// A leader's word on another replica.
    package struct OtherReplica: Hashable, Sendable {
        package var replica: ReplicaID
        /// At most a few entries behind.
        package var isNear: Bool
        /// The leader hears nothing of it.
        package var isSilent: Bool

        package init(replica: ReplicaID, isNear: Bool, isSilent: Bool) {
            self.replica = replica
            self.isNear = isNear
            self.isSilent = isSilent
        }
    }
}
