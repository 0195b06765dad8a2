package import NIOCore

/// One piece of a snapshot.
package struct SnapshotChunk: Hashable, Sendable {
    /// The stream's progress with this chunk in it; `progress.chunks` is the chunk's number, from 1.
    package var progress: SnapshotProgress
    /// What the bytes are.
    package var part: Part
    /// At least one byte; see `SnapshotRows` for the part `rows`.
    package var bytes: ByteBuffer

    package init(progress: SnapshotProgress, part: Part, bytes: ByteBuffer) {
        self.progress = progress
        self.part = part
        self.bytes = bytes
    }

    /// The parts of a stream, in the order in which they come. Do not renumber.
    package enum Part: UInt8, Hashable, Sendable, CaseIterable {
        /// The next bytes of the session table's checkpoint.
        case sessions = 1
        /// Rows of the shard's range in key order, whole ones.
        case rows = 2
    }

    /// A chunk is closed once it has this size, in bytes; the last row may take it further.
    package static let bytesGoal = 512 << 10
    /// The longest chunk: the goal and one row of the greatest size, with room to spare.
    package static let bytesMax = 2 << 20
}
