/// The end of a stream, as the sender sees it; the receiver must have counted the same.
package struct SnapshotTotals: Hashable, Sendable {
    /// All chunks and their checksum.
    package var progress: SnapshotProgress
    /// Rows in them.
    package var rows: UInt64

    package init(progress: SnapshotProgress, rows: UInt64) {
        self.progress = progress
        self.rows = rows
    }
}
