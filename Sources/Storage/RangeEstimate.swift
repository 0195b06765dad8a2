/// About how much is in a range of keys.
package struct RangeEstimate: Hashable, Sendable {
    /// Of keys and values, as long as they are in the state: without what was overwritten or deleted.
    package var bytes: UInt64 = 0
    /// How many rows that is.
    package var keys: UInt64 = 0
    /// A key of the range with about half of the bytes on either side; nil when it was not asked for, or when there is
    /// none.
    package var middle: [UInt8]?

    package init(bytes: UInt64 = 0, keys: UInt64 = 0, middle: [UInt8]? = nil) {
        self.bytes = bytes
        self.keys = keys
        self.middle = middle
    }
}
