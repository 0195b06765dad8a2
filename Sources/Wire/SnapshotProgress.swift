package import NIOCore

/// How far a stream has come: a number of chunks and the checksum of everything in them. Two sides that agree on it
/// agree on every byte, so a stream goes on from there after a lost connection.
package struct SnapshotProgress: Hashable, Sendable {
    /// Chunks so far; the next one has this number plus one.
    package var chunks: UInt64
    /// CRC32C of the bytes of these chunks, one after the other.
    package var checksum: UInt32

    package init(chunks: UInt64 = 0, checksum: UInt32 = 0) {
        self.chunks = chunks
        self.checksum = checksum
    }

    /// The progress after one more chunk of these bytes.
    package func advanced(by bytes: ByteBuffer) -> SnapshotProgress {
        SnapshotProgress(chunks: chunks &+ 1, checksum: Checksum.crc32c(bytes, seed: checksum))
    }
}
