package import Storage

/// One replica's rows are to be hashed, as they are at the entry of a check. Made by whoever applies, between the batch
/// that ends with this entry and the replica's next one.
package struct ScanTask: Sendable {
    /// Whose rows.
    package var name: LogName
    /// At which entry.
    package var check: AppliedCheck
    /// The state at the entry, and nothing later of this shard.
    package var snapshot: any StateSnapshot

    package init(name: LogName, check: AppliedCheck, snapshot: any StateSnapshot) {
        self.name = name
        self.check = check
        self.snapshot = snapshot
    }
}

/// What became of a `ScanTask`; for `Host.scanned`.
package enum ScanEvent: Sendable {
    /// The hash of all that the replica holds.
    case done(LogName, AppliedCheck, hash: UInt64)
    /// It was not read: others came first, or it took too long.
    case dropped(LogName, AppliedCheck)
    /// It does not read. With `corruption` the replica is suspect (rule 15): whoever scans sees to that.
    case unreadable(LogName, AppliedCheck, StorageError)
}
