/// The operations of a history, key by key: linearizability is a property of each key by itself (Herlihy and Wing,
/// theorem 1).
struct KeyPartition {
    /// Where the operations of a key begin in `positions`; one more than there are keys.
    private var starts: [Int]
    private var positions: [Int32]

    init(_ history: History) {
        starts = Array(repeating: 0, count: history.keyCount + 1)
        for operation in history.operations { starts[operation.key.index + 1] += 1 }
        for key in 0..<history.keyCount { starts[key + 1] += starts[key] }
        positions = Array(repeating: 0, count: history.operations.count)
        var next = starts
        for (position, operation) in history.operations.enumerated() {
            positions[next[operation.key.index]] = Int32(truncatingIfNeeded: position)
            next[operation.key.index] += 1
        }
    }

    func count(of key: KeyNumber) -> Int { starts[key.index + 1] - starts[key.index] }

    /// Fills `operations` with those of `key`, sorted by start.
    func copy(_ key: KeyNumber, of history: borrowing History, to operations: inout [HistoryOperation]) {
        operations.removeAll(keepingCapacity: true)
        for position in positions[starts[key.index]..<starts[key.index + 1]] {
            operations.append(history.operations[Int(position)])
        }
        operations.sort { ($0.start, $0.end, $0.client) < ($1.start, $1.end, $1.client) }
    }
}
