/// Pairs of (operations placed, register's value) from which a search found no way on (Lowe's cache), compared exactly.
struct FailedConfigurations {
    private struct Slot {
        var hash: UInt64
        /// Where the words of the configuration begin and end in `words`; an empty slot has none.
        var start: Int
        var end: Int
    }

    private var words: [UInt64] = []
    private var slots: [Slot] = []
    private var count = 0
    /// The configuration that is being looked up.
    private var probe: [UInt64] = []

    /// How much memory is in use.
    var byteCount: Int { words.count * 8 + slots.count * MemoryLayout<Slot>.stride }

    mutating func removeAll() {
        guard count > 0 else { return }
        words.removeAll()
        slots.removeAll()
        count = 0
    }

    /// Whether the search has been there.
    mutating func contains(_ placed: borrowing OperationSet, value: Int32) -> Bool {
        guard count > 0 else { return false }
        return slots[slot(for: placed, value)].end > 0
    }

    /// Remembers that there is no way on.
    mutating func insert(_ placed: borrowing OperationSet, value: Int32) {
        if count * 2 >= slots.count { grow() }
        let index = slot(for: placed, value)
        guard slots[index].end == 0 else { return }
        let start = words.count
        words.append(contentsOf: probe)
        slots[index] = Slot(hash: FailedConfigurations.hash(placed, value), start: start, end: words.count)
        count += 1
    }

    /// The slot of the configuration, or the free one where it belongs; its words are left in `probe`.
    private mutating func slot(for placed: borrowing OperationSet, _ value: Int32) -> Int {
        probe.removeAll(keepingCapacity: true)
        probe.append(UInt64(truncatingIfNeeded: value))
        placed.encode(into: &probe)
        let hash = FailedConfigurations.hash(placed, value)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].end > 0 {
            if slots[index].hash == hash, isProbe(slots[index]) { return index }
            index = (index + 1) & mask
        }
        return index
    }

    private func isProbe(_ slot: Slot) -> Bool {
        guard slot.end - slot.start == probe.count else { return false }
        return probe.indices.allSatisfy { probe[$0] == words[slot.start + $0] }
    }

    private static func hash(_ placed: borrowing OperationSet, _ value: Int32) -> UInt64 {
        BitMix.mix(placed.hash ^ BitMix.mix(UInt64(truncatingIfNeeded: value) &+ 1))
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(hash: 0, start: 0, end: 0), count: max(64, old.count * 2))
        let mask = slots.count - 1
        for slot in old where slot.end > 0 {
            var index = Int(truncatingIfNeeded: slot.hash) & mask
            while slots[index].end > 0 { index = (index + 1) & mask }
            slots[index] = slot
        }
    }
}
