/// What a crash of the in-memory engine does to it.
package enum CrashMode: Hashable, Sendable {
    /// The process dies, the machine does not: nothing is lost.
    case processDies
    /// Power fails: everything that was not synced is lost.
    case unsyncedLost
    /// Power fails: a drawn part of what was not synced survives, a prefix.
    case unsyncedTailLost(seed: UInt64)
    /// Power fails: of what was not synced only the last write is lost, torn.
    case lastUnsyncedLost
    /// A broken disk: a drawn write is missing, synced or not, although later ones are there. Not an applier's last
    /// one, which is its tail and shows nowhere.
    case hole(seed: UInt64)
    /// A broken or rolled-back disk: a drawn part of what was synced is lost too.
    case syncedTailLost(seed: UInt64)
}
