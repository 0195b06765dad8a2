/// What the store lets the host accept (rule 38).
package enum Admission: Sendable, Equatable {
    /// Everything.
    case open
    /// The store is behind: proposals are refused with `busy` and this retry hint, in milliseconds.
    case slow(retryAfterMilliseconds: UInt32, reason: String)
    /// The disk is nearly full: writes that add data are refused, deletes and reads go on.
    case diskFull
}
