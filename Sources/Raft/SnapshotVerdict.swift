/// Whether a replica takes a snapshot.
package enum SnapshotVerdict: Hashable, Sendable {
    /// To `beginInstall`: install the data, then call `install`. To `install`: the replica stands at the snapshot.
    case accepted
    /// The replica knows more to be committed than the snapshot holds: the log brings the rest.
    case stale
    /// The snapshot's configuration does not contain this replica.
    case notAMember
    /// Another snapshot is being installed.
    case alreadyInstalling
    /// A position or a configuration that no real history has. Of `install`: the state was taken from another history
    /// than the log's, so the replica is suspect (rule 15).
    case malformed
}
