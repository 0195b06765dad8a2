/// Why the disk did not do what was asked, classified by what the caller does next (rules 15, 24 and 38).
package enum StorageError: Error, Hashable, Sendable {
    /// The device or the file system failed. End the process without a mark: what is on the disk may be whole.
    case io(String)
    /// No space left. End the process without a mark; free the ballast and start again.
    case diskFull(String)
    /// Bytes that were read do not match their checksum or their grammar. The replica they belong to is suspect;
    /// the process goes on.
    case corruption(String)
    /// The engine reported corruption while it wrote or compacted. The node is suspect; end the process.
    case storeCorruption(String)
    /// A kind, field or version this program does not know. Stop that replica, do not mark it (rule 24).
    case unsupported(String)
    /// The entries asked for were truncated or overwritten meanwhile. Send a snapshot, or ask again.
    case truncated
    /// The engine was closed, or has failed before and takes no further writes.
    case closed
    /// The caller asked for something the seam does not allow: a bug of this program, refused before it did harm.
    case misuse(String)

    /// What follows from the error.
    package enum Consequence: Hashable, Sendable {
        /// Mark the replica suspect and go on.
        case markReplica
        /// Mark the node suspect and end the process.
        case markNode
        /// Stop the replica without a mark.
        case stopReplica
        /// End the process; the next start reads the disk afresh.
        case endProcess
        /// Nothing is wrong with the disk; try something else.
        case askAgain
    }

    /// What the caller does next.
    package var consequence: Consequence {
        switch self {
        case .io, .diskFull, .closed, .misuse: .endProcess
        case .corruption: .markReplica
        case .storeCorruption: .markNode
        case .unsupported: .stopReplica
        case .truncated: .askAgain
        }
    }
}
