package import Keyspace
package import NIOCore

/// Some rows of a scan, in the order of the scan, in one buffer.
/// ```
/// rows := row*        row := keyLength:u16 key valueLength:u32 value version:u64
/// ```
package struct ScanPage: Sendable, Equatable {
    /// Whole rows; read with `cursor()`. Keys are internal ones.
    package internal(set) var rows: ByteBuffer
    /// How many rows there are.
    package internal(set) var rowCount: UInt32
    /// Where the scan goes on: the next request's start or, for a reverse scan, its exclusive end. Nil when all of the
    /// range that was asked for, as far as it lies in this shard, has been seen.
    package var resume: Key?

    /// No row yet; `capacity` is a guess of the bytes to come.
    package init(capacity: Int = 0, resume: Key? = nil) {
        rows = ByteBuffer()
        rows.reserveCapacity(capacity)
        rowCount = 0
        self.resume = resume
    }

    /// One row; key and value are ranges of the page's readable bytes.
    package struct RowView: Sendable, Equatable {
        /// The internal key, space byte included.
        package var key: Range<Int>
        /// The user's bytes; empty when only keys were asked for.
        package var value: Range<Int>
        /// The version of the write that put the value (rule 19).
        package var version: Timestamp

        package init(key: Range<Int>, value: Range<Int>, version: Timestamp) {
            self.key = key
            self.value = value
            self.version = version
        }
    }
}
