/// How a leader feeds one member.
package enum FollowerState: Hashable, Sendable {
    /// Where the logs meet is not known: one append at a time. Next: all others.
    case probe
    /// The logs meet: appends are sent without waiting for answers. Next: `probe` after a loss, `diskFull`.
    case replicate
    /// It needs entries that this replica has dropped; it is asked slowly whether it got them by other means.
    /// Next: `replicate`, `probe`.
    case unreachableByLog
    /// It takes no entries until its disk has room (rule 38); asked slowly. Next: `replicate`, `probe`.
    case diskFull
}
