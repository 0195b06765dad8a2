/// A file of the engine's write-ahead log. Files are written one after the other, in the order of their numbers,
/// and removed oldest first.
package struct WALFile: Hashable, Sendable {
    package var number: UInt64
    package var byteCount: UInt64

    package init(number: UInt64, byteCount: UInt64) {
        self.number = number
        self.byteCount = byteCount
    }
}
