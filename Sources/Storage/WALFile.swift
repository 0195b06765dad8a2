/// A file of the engine's write-ahead log. Files are written one after the other, in the order of their numbers,
/// and removed oldest first.
package struct WALFile: Hashable, Sendable {
    /// The engine's number of the file; ascends in the order of writing.
    package var number: UInt64
    /// The file's size when it was listed.
    package var byteCount: UInt64

    package init(number: UInt64, byteCount: UInt64) {
        self.number = number
        self.byteCount = byteCount
    }
}
