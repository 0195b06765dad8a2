import Storage

/// Lets the shared log logic write into a RocksDB batch.
struct BatchSink: RowSink {
    let batch: RocksBatch

    mutating func put(_ family: Family, key: RawSpan, value: RawSpan) { batch.put(family, key, value) }

    mutating func delete(_ family: Family, key: RawSpan) { batch.delete(family, key) }
}
