/// What a start thinks of the store it found (rule 14).
package enum RecoveryVerdict: Hashable, Sendable {
    /// Everything that was synced is there.
    case consistent
    /// Something that was promised may be gone: every replica of the node comes back under a new id.
    case suspect(SuspectReason)
}
