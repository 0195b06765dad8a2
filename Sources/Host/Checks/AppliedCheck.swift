package import Raft

/// The entry of a check, as it was applied here (rule 39).
package struct AppliedCheck: Hashable, Sendable {
    /// Where the entry is.
    package var position: LogPosition
    /// The chained hash with it.
    package var chain: UInt64
    /// Whether the rows are to be read too.
    package var wantsScan: Bool

    package init(position: LogPosition, chain: UInt64, wantsScan: Bool) {
        self.position = position
        self.chain = chain
        self.wantsScan = wantsScan
    }
}
