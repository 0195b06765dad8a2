package import Raft

/// A leader's word on one replica of its shard.
package struct ReplicaStatus: Hashable, Sendable {
    package var replica: ReplicaID
    /// At most a few entries behind.
    package var isNear: Bool
    /// The leader hears nothing of it.
    package var isSilent: Bool
    /// It has said that it may have forgotten something.
    package var isSuspect: Bool

    package init(replica: ReplicaID, isNear: Bool = true, isSilent: Bool = false, isSuspect: Bool = false) {
        self.replica = replica
        self.isNear = isNear
        self.isSilent = isSilent
        self.isSuspect = isSuspect
    }
}
