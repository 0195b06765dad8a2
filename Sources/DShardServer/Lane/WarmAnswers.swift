import Host
import NIOCore
import Storage

/// What one thread made of its part of `WarmReads`.
struct WarmAnswers: Sendable {
    /// Whole frames for one connection.
    struct Run: Sendable {
        let connection: UInt64
        /// Which of the turn's tasks they belong to.
        let task: Int
        /// The requests answered, one frame each.
        var ids: [UInt64] = []
        var frames = ByteBuffer()
    }

    /// Why a get has no answer yet.
    enum Rest: Sendable {
        /// A disk would have to be asked.
        case cold
        /// Expired by the leader's clock but not yet by replicated time (rule 21).
        case due
        case failed(StorageError)
        /// The answers are large already, or its connection takes none.
        case left
    }

    private(set) var runs: [Run] = []
    /// Of all frames.
    private(set) var byteCount = 0
    /// By position among the gets.
    private(set) var rest: [(position: Int, reason: Rest)] = []

    /// A run longer than this is followed by another, so that large values are not moved about while it grows.
    private static let runBytesMax = 256 << 10

    /// Appends the one frame that `encode` writes.
    mutating func append(_ get: WarmReads.Get, _ encode: (inout ByteBuffer) -> Void) {
        let connection = get.reference.connection
        if let last = runs.last, last.connection == connection, last.task == get.task,
            last.frames.readableBytes < Self.runBytesMax
        {
        } else {
            runs.append(Run(connection: connection, task: get.task))
        }
        let position = runs.count - 1
        runs[position].ids.append(get.reference.id)
        let before = runs[position].frames.readableBytes
        encode(&runs[position].frames)
        byteCount += runs[position].frames.readableBytes - before
    }

    mutating func leave(_ position: Int, _ reason: Rest) { rest.append((position, reason)) }
}
