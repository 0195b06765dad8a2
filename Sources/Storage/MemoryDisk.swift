/// The in-memory engine's disk: the rows, and the writes that a crash may still take back.
struct MemoryDisk: Sendable {
    /// One atomic write.
    struct Record: Sendable {
        var operations: [MemoryOperation]
        /// Who wrote it; nil for an ingested table: it does not go through the log, and no crash takes it back.
        var writer: UInt8?
        var isIngest: Bool { writer == nil }
        /// Takes the write back, when everything after it has been taken back.
        var undo: [MemoryOperation]
    }

    /// The rows now.
    private(set) var rows: MemoryRows
    /// The last writes, oldest first; no crash takes back what came before them.
    private(set) var tail: [Record] = []
    /// How many of `tail` are synced.
    private(set) var syncedCount = 0
    /// How many writes went from `tail` into `base`.
    private var droppedCount = 0
    /// Each writer's last running number; position = writer.
    var numbers: [UInt64] = Array(repeating: 0, count: 256)
    /// The mark as the operating system has it, and as the disk has it.
    var mark: SyncMark
    var durableMark: SyncMark

    /// How many synced writes stay in `tail`, for the crash modes that reach behind a sync.
    private static let syncedTailMax = 64

    init(rows: MemoryRows, mark: SyncMark) {
        self.rows = rows
        self.mark = mark
        durableMark = mark
    }

    /// Adds one atomic write under the writer's next running number.
    mutating func write(_ operations: [MemoryOperation], writer: UInt8) {
        let number = numbers[Int(writer)] &+ 1
        numbers[Int(writer)] = number
        var value: [UInt8] = []
        value.append(littleEndian: number)
        let row = MemoryOperation.put(.node, key: NodeKey.number(writer: writer, number).array, value: value)
        append(operations + [row], writer: writer)
    }

    /// Changes a row without a write: no crash takes it back, and nothing tells that it happened.
    mutating func rot(_ key: [UInt8], to value: [UInt8]?) {
        rows.apply([value.map { .put(.data, key: key, value: $0) } ?? .delete(.data, key: key)])
    }

    /// Adds an ingested table.
    mutating func ingest(_ operations: [MemoryOperation]) { append(operations, writer: nil) }

    private mutating func append(_ operations: [MemoryOperation], writer: UInt8?) {
        let undo = rows.apply(operations)
        tail.append(Record(operations: operations, writer: writer, undo: undo))
    }

    /// What a sync that begins now will cover.
    var syncPoint: MemorySyncPoint {
        MemorySyncPoint(writes: droppedCount + tail.count, number: numbers[Int(RecoveryCheck.logWriter)])
    }

    /// Makes everything before `point` durable and writes the mark.
    mutating func sync(through point: MemorySyncPoint) {
        syncedCount = max(syncedCount, min(tail.count, point.writes - droppedCount))
        let obsolete = syncedCount - MemoryDisk.syncedTailMax
        if obsolete > MemoryDisk.syncedTailMax {
            tail.removeFirst(obsolete)
            syncedCount -= obsolete
            droppedCount += obsolete
        }
        mark.sequence &+= 1
        mark.number = max(mark.number, point.number)
    }

    /// The rows that survive a crash.
    func survivors(of mode: CrashMode) -> MemoryRows {
        switch mode {
        case .processDies: return rows
        case .unsyncedLost: return replay { position in position < syncedCount }
        case .unsyncedTailLost(let seed):
            let kept = syncedCount + Self.draw(seed, below: tail.count - syncedCount + 1)
            return replay { position in position < kept }
        case .lastUnsyncedLost:
            let kept = max(syncedCount, tail.count - 1)
            return replay { position in position < kept }
        case .hole(let seed):
            let holes = tail.indices.filter(isFound)
            guard !holes.isEmpty else { return rows }
            let missing = holes[Self.draw(seed, below: holes.count)]
            return replay { position in position != missing }
        case .syncedTailLost(let seed):
            let kept = Self.draw(seed, below: max(syncedCount, 1))
            return replay { position in position < kept }
        }
    }

    /// Whether a start finds out that the write at `position` is missing: the log writer's by the mark, an applier's by
    /// a later one of its own (rule 14).
    private func isFound(_ position: Int) -> Bool {
        guard let writer = tail[position].writer else { return false }
        return writer == RecoveryCheck.logWriter || tail[(position + 1)...].contains { $0.writer == writer }
    }

    private func replay(keeping isKept: (Int) -> Bool) -> MemoryRows {
        let lost = tail.indices.first { !tail[$0].isIngest && !isKept($0) }
        guard let lost else { return rows }
        var rows = rows
        for record in tail[lost...].reversed() { rows.apply(record.undo) }
        for position in lost..<tail.count where tail[position].isIngest || isKept(position) {
            rows.apply(tail[position].operations)
        }
        return rows
    }

    /// A number in 0 ..< `bound` that depends on the seed alone (SplitMix64); zero when there is none.
    private static func draw(_ seed: UInt64, below bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        var z = seed &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}

/// How far the writes had come when a sync began: what it covers once it returns.
package struct MemorySyncPoint: Sendable {
    /// Writes since the engine was opened.
    var writes: Int
    /// The log writer's last running number (rule 14).
    var number: UInt64
}
