/// Where the rows of a log batch go: the engine's write batch.
package protocol RowSink {
    /// Stores a row; the bytes are copied.
    mutating func put(_ family: Family, key: RawSpan, value: RawSpan)

    /// Removes a row that may be there.
    mutating func delete(_ family: Family, key: RawSpan)
}
