/// Why stored state cannot be a replica's: the store forgot or invented something. For every case the replica
/// is suspect (rule 15); none is repaired in place.
package enum RestoreError: Error, Hashable, Sendable {
    /// The log was dropped further than its entries were applied.
    case truncatedBeyondApplied
    /// Applied entries are missing from the end of the log.
    case appliedBeyondLog
    /// Committed entries are missing from the end of the log.
    case commitBeyondLog
    /// The log has entries of a term this replica never stored.
    case termBehindLog
    /// The term runs do not cover exactly the log, or their terms decrease.
    case termRunsDoNotFit
    /// The entries are not exactly those after the applied index, or their terms are not those of the runs.
    case entriesDoNotFit
    /// The configuration has no voter.
    case noVoters
    /// An index or term no real history reaches.
    case outOfRange
}
