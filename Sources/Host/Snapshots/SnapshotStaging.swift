import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// The receiving side's store of one snapshot on its way: tables outside the state, which one ingest makes the shard
/// (rule 31). The tables' spans are disjoint and together cover the shard's range, each with a range delete over its
/// own; one more table holds the `l` records.
struct SnapshotStaging {
    private let store: any StateStore
    private let offer: SnapshotOffer
    private let replica: ReplicaID
    /// A table is closed once it has this size.
    private let tableBytes: UInt64
    private var sessions = ByteBuffer()
    private var tables: [any StateTable] = []
    /// The table that takes the next rows, and where its span starts.
    private var open: (table: any StateTable, start: [UInt8])?
    private var lastKey: [UInt8]?
    private(set) var rows: UInt64 = 0

    /// More than any session table's checkpoint takes.
    static let sessionsBytesMax = 2 * SessionTable.bytesMax

    /// Why a stream is given up: its bytes make no sense, or the store failed.
    enum Failure: Error {
        case malformed
        case storage(StorageError)
    }

    init(_ offer: SnapshotOffer, for replica: ReplicaID, in store: any StateStore, tableBytes: UInt64) {
        self.tableBytes = tableBytes
        self.store = store
        self.offer = offer
        self.replica = replica
    }

    /// Takes in the next chunk.
    mutating func stage(_ chunk: SnapshotChunk) throws(Failure) {
        switch chunk.part {
        case .sessions:
            // Sessions come first: they would be lost behind rows of an impostor.
            guard lastKey == nil, sessions.readableBytes + chunk.bytes.readableBytes <= Self.sessionsBytesMax else {
                throw .malformed
            }
            sessions.writeImmutableBuffer(chunk.bytes)
        case .rows: try stageRows(chunk.bytes)
        }
    }

    private mutating func stageRows(_ bytes: ByteBuffer) throws(Failure) {
        var cursor = SnapshotRows(bytes)
        let span = bytes.readableBytesSpan
        while let row = try Self.next(&cursor) {
            let key = span.extracting(row.key)
            try admit(key)
            do throws(StorageError) {
                try table(startingAt: key).put(key, value: span.extracting(row.value))
            } catch {
                throw .storage(error)
            }
            rows += 1
        }
        if let last = cursor.last { lastKey = [UInt8](copying: span.extracting(last)) }
    }

    private static func next(_ cursor: inout SnapshotRows) throws(Failure) -> SnapshotRows.Row? {
        do throws(WireError) { return try cursor.next() } catch { throw .malformed }
    }

    /// A row of the shard, above all that came before it. Within a chunk the cursor has seen to the order.
    private func admit(_ key: RawSpan) throws(Failure) {
        guard offer.descriptor.range.contains(key) else { throw .malformed }
        if let lastKey, ByteOrder.compare(lastKey, key) >= 0 { throw .malformed }
    }

    private mutating func table(startingAt key: RawSpan) throws(StorageError) -> any StateTable {
        if let open, open.table.byteCount < tableBytes { return open.table }
        let start = open == nil ? offer.descriptor.range.start.bytes : [UInt8](copying: key)
        try close(at: start)
        let table = try store.makeTable()
        open = (table, start)
        return table
    }

    /// Ends the open table's span.
    private mutating func close(at end: [UInt8]) throws(StorageError) {
        guard let (table, start) = open else { return }
        try Self.clear(start, end, in: table)
        tables.append(table)
        open = nil
    }

    private static func clear(_ start: [UInt8], _ end: [UInt8], in table: any StateTable) throws(StorageError) {
        try start.withBytes { (start) throws(StorageError) in
            try end.withBytes { (end) throws(StorageError) in try table.deleteRange(from: start, to: end) }
        }
    }

    /// Makes the shard out of what was staged, in one durable step, and returns its state. `former`, the range of the
    /// replica that was here, is cleared where the new range does not cover it.
    mutating func install(clearing former: KeyRange?) throws(Failure) -> ShardState {
        let table: SessionTable
        do throws(WireError) { table = try SessionTable.decode(checkpoint: sessions) } catch { throw .malformed }
        let applied = AppliedState(
            appliedIndex: offer.position.index, appliedTerm: offer.position.term, baseIndex: offer.position.index,
            baseTerm: offer.position.term, lastVersion: offer.lastVersion, sessionsCheckpoint: offer.position.index,
            chain: ChainedHash(offer.chain))
        do throws(StorageError) {
            try finishRows()
            if let former { try clear(former) }
            tables.append(try records(applied))
            try store.ingest(tables)
        } catch {
            throw .storage(error)
        }
        tables = []
        var state = ShardState(
            descriptor: offer.descriptor, replica: replica, applied: applied, sessions: table, merge: offer.merge)
        state.checkpointBytes = sessions.readableBytes
        return state
    }

    private mutating func finishRows() throws(StorageError) {
        let range = offer.descriptor.range
        if open == nil { open = (try store.makeTable(), range.start.bytes) }
        try close(at: range.end.bytes)
    }

    private mutating func clear(_ former: KeyRange) throws(StorageError) {
        let range = offer.descriptor.range
        for (start, end) in [
            (former.start, min(former.end, range.start)), (max(former.start, range.end), former.end),
        ] where start < end {
            let table = try store.makeTable()
            try Self.clear(start.bytes, end.bytes, in: table)
            tables.append(table)
        }
    }

    /// The `l` records, in the order of their keys.
    private func records(_ applied: AppliedState) throws(StorageError) -> any StateTable {
        let shard = offer.descriptor.shard
        let table = try store.makeTable()
        let (start, end) = ShardRecordKey.range(shard)
        try Self.clear(start.array, end.array, in: table)
        let rows: [(key: SmallBytes, value: [UInt8])] = [
            (ShardRecordKey.descriptor(shard), DescriptorRecord.encode(offer.descriptor)),
            (ShardRecordKey.appliedState(shard), applied.encode()),
            (ShardRecordKey.sessionCheckpoint(shard), Array(sessions.readableBytesView)),
            (ShardRecordKey.replica(shard), ReplicaRecord.encode(replica)),
            (ShardRecordKey.merge(shard), MergeRecord.encode(offer.merge)),
        ]
        for (key, value) in rows {
            try key.withBytes { (key) throws(StorageError) in
                try value.withBytes { (value) throws(StorageError) in try table.put(key, value: value) }
            }
        }
        return table
    }
}
