/// How a leader feeds one member.
package enum FollowerState: Hashable, Sendable {
    /// Where the logs meet is not known: one append at a time. Next: all others.
    case probe
    /// The logs meet: appends are sent without waiting for answers. Next: `probe` after a loss, `diskFull`.
    case replicate
    /// It needs entries that this replica has dropped, and a snapshot has yet to be asked for. Next: `snapshot`.
    case unreachableByLog
    /// A snapshot at this index or a later one was asked for; until the host knows how that ended the member is asked
    /// slowly whether it got what it needs by other means. Next: `probe`, `replicate`, `unreachableByLog` after a
    /// failure.
    case snapshot(LogIndex)
    /// It takes no entries until its disk has room (rule 38); asked slowly. Next: `replicate`, `probe`.
    case diskFull
}
