/// What Raft knows of a snapshot; the state itself is the host's (rule 31).
package struct SnapshotMetadata: Hashable, Sendable {
    /// The last entry whose effects the snapshot contains. It is committed.
    package var position: LogPosition
    /// In force as of `position`; contains the receiver.
    package var configuration: Configuration

    package init(position: LogPosition, configuration: Configuration) {
        self.position = position
        self.configuration = configuration
    }

    /// Whether some real history may have it: no replica is built from another. A shard that came out of a split has
    /// a state before its first entry.
    package var isPossible: Bool {
        let isBeginning = position.index == .zero && position.term == .zero
        let isEntry =
            position.index > .zero && position.index.rawValue < UInt64.max / 2 && position.term > .zero
            && position.term < .limit
        return (isBeginning || isEntry) && configuration.isWellFormed
    }
}
