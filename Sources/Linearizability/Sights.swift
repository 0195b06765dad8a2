/// Which writes the operations of a part of a history may have seen.
struct Sights {
    /// What ended later counts as under way.
    private let cut: Int64
    /// By value: when the first operation began that observes it.
    private var firstObserver: [ValueNumber: Int64] = [:]
    /// The values that are written, if only by what is under way.
    private var written: Set<ValueNumber> = [.absent]
    /// When the first operation began that says that some value was not there.
    private var firstDenial = Int64.max
    /// Certain writes in the order of their start, each with the earliest end from there on.
    private var writes: [(start: Int64, earliestEnd: Int64)] = []

    /// Of `operations`, which are sorted by start.
    init(_ operations: some Sequence<HistoryOperation>, cut: Int64) {
        self.cut = cut
        for operation in operations {
            if operation.kind == .get || operation.kind == .compareAndSet {
                let first = firstObserver[operation.observed] ?? .max
                firstObserver[operation.observed] = min(first, operation.start)
            }
            if operation.outcome == .failed { firstDenial = min(firstDenial, operation.start) }
            if let value = operation.written { written.insert(value) }
            if operation.written != nil, operation.outcome == .ok, operation.end <= cut {
                writes.append((operation.start, operation.end))
            }
        }
        for index in writes.indices.dropLast().reversed() {
            writes[index].earliestEnd = min(writes[index].earliestEnd, writes[index + 1].earliestEnd)
        }
    }

    /// Whether some operation may have seen the work of `write`, which is not among them; or did see such a value, and
    /// without the write it would seem to come from nowhere.
    func need(_ write: HistoryOperation) -> Bool {
        guard let value = write.written else { return false }
        let observer = min(firstObserver[value] ?? .max, firstDenial)
        guard observer < .max else { return false }
        if firstObserver[value] != nil, !written.contains(value) { return true }
        guard write.outcome == .ok, write.end <= cut else { return true }
        let next = firstWrite(after: write.end)
        return next == writes.count || writes[next].earliestEnd >= observer
    }

    private func firstWrite(after end: Int64) -> Int {
        var (low, high) = (0, writes.count)
        while low < high {
            let middle = low + (high - low) / 2
            if writes[middle].start > end { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
