/// How far a read may go for its answer.
package enum ReadTier: Hashable, Sendable {
    /// Memory only: allowed on a lane (design §6).
    case cacheOnly
    /// The disk too: blocks.
    case disk
}
