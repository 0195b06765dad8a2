package import Raft

/// The conversation about one snapshot (rule 31).
/// ```
/// sender                         receiver
///   offer ──────────────────────►          what it is
///         ◄────── accept(progress) or refuse
///   chunk, chunk, … ────────────►          a few ahead of the acknowledgements
///         ◄────────────── acknowledge      staged up to here
///   last ───────────────────────►          what must have arrived
///         ◄── installed(index) or refuse
/// ```
/// After a lost connection the sender offers again, and `accept` says from where the stream goes on. Either side ends
/// it at any moment: the receiver by `refuse`, the sender by `abandon`.
package enum SnapshotMessage: Sendable, Equatable {
    case offer(SnapshotOffer)
    /// The receiver has this much of the stream; nothing, if it is new.
    case accept(SnapshotProgress)
    case refuse(SnapshotRefusal)
    case chunk(SnapshotChunk)
    /// All chunks up to this number are staged: there is room for more.
    case acknowledge(through: UInt64)
    /// No more chunks come.
    case last(SnapshotTotals)
    /// The snapshot is durably installed: the log goes on after this index.
    case installed(LogIndex)
    /// The sender gives up: what was staged may go.
    case abandon
}
