/// Collects the rows of a log batch.
struct MemorySink: RowSink {
    var operations: [MemoryOperation] = []

    mutating func put(_ family: Family, key: RawSpan, value: RawSpan) {
        operations.append(.put(family, key: [UInt8](copying: key), value: [UInt8](copying: value)))
    }

    mutating func delete(_ family: Family, key: RawSpan) {
        operations.append(.delete(family, key: [UInt8](copying: key)))
    }
}
