import Synchronization

extension MemoryEngine {
    /// A `MemoryBatch`.
    package func makeBatch() -> any StateBatch { MemoryBatch() }

    /// As `StateStore.write`; `misuse` for another store's batch or the log writer's number.
    package func write(_ batch: any StateBatch, writer: UInt8) throws(StorageError) {
        guard let batch = batch as? MemoryBatch else { throw .misuse("a batch of another store") }
        guard writer != RecoveryCheck.logWriter else { throw .misuse("writer 0 is the log writer") }
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.disk.write(batch.operations, writer: writer)
        }
        batch.clear()
    }

    /// As `StateStore.get`; never blocks. After `setCold(true)` the tier `cacheOnly` answers `wouldBlock`.
    package func get(
        _ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome {
        try current().get(key, tier: tier, body)
    }

    /// As `StateStore.multiGet`; never blocks, and is a cut.
    package func multiGet(
        _ keys: [[UInt8]], _ body: (_ position: Int, _ value: RawSpan?) -> Void
    ) throws(StorageError) {
        let rows = try rows()[.data]
        for (position, key) in keys.enumerated() {
            if let value = key.withBytes({ rows[$0] }) {
                value.withBytes { body(position, $0) }
            } else {
                body(position, nil)
            }
        }
    }

    /// As `StateStore.snapshot`; shares its rows with the store.
    package func snapshot() throws(StorageError) -> any StateSnapshot { try current() }

    /// As `StateStore.approximateSize`; exact here: the bytes of keys and values.
    package func approximateSize(from: RawSpan, to: RawSpan) throws(StorageError) -> UInt64 {
        UInt64(try rows()[.data].byteCount(from: from, to: to))
    }

    /// As `StateStore.iterateBuffered`; there is no buffer here.
    package func iterateBuffered(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {}

    /// As `StateStore.getNode`; never blocks.
    package func getNode(_ key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> GetOutcome {
        try rows().row(.node, key: key, body) ? .found : .absent
    }

    /// As `StateStore.iterateNode`; shows the rows of one instant.
    package func iterateNode(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError) {
        try rows().rows(.node, from: from, to: to, body)
    }

    /// A `MemoryTable`.
    package func makeTable() throws(StorageError) -> any StateTable { MemoryTable() }

    /// As `StateStore.ingest`; `misuse` for another store's table or for spans that overlap.
    package func ingest(_ tables: [any StateTable]) throws(StorageError) {
        var operations: [MemoryOperation] = []
        var spans: [(from: [UInt8], to: [UInt8])] = []
        for table in tables {
            guard let table = table as? MemoryTable else { throw .misuse("a table of another store") }
            operations += table.operations
            if let span = table.order.span { spans.append(span) }
        }
        try TableOrder.checkDisjoint(spans)
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.disk.ingest(operations)
        }
    }

    /// What `setPressure` said last.
    package func pressure() throws(StorageError) -> EnginePressure { state.withLock { $0.pressure } }

    /// Does nothing: there is no write buffer.
    package func flush() throws(StorageError) {}

    private func rows() throws(StorageError) -> MemoryRows {
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return state.disk.rows
        }
    }

    private func current() throws(StorageError) -> MemorySnapshot {
        try state.withLock { (state) throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return MemorySnapshot(rows: state.disk.rows[.data], isCold: state.isCold)
        }
    }
}
