/// The running numbers of one writer as found in a store (rule 14): each batch carries the next number, in one of
/// 65,536 rows, so a batch that is missing among the last 65,536 shows.
package struct WriterNumbers: Hashable, Sendable {
    /// Who writes under these numbers; 0 is the log writer.
    package let writer: UInt8
    /// The first number this writer ever used, or uses since it was restarted behind a suspicion.
    package var first: UInt64 = 1
    /// The greatest number found; zero: none.
    package private(set) var greatest: UInt64 = 0
    private var least: UInt64 = .max
    private var count: UInt64 = 0
    private var isMalformed = false

    package init(writer: UInt8) { self.writer = writer }

    /// Takes a row in. Each slot is given once.
    package mutating func add(slot: UInt16, number: UInt64) {
        if number % NodeKey.numberSlots != UInt64(slot) { isMalformed = true }
        greatest = max(greatest, number)
        least = min(least, number)
        count += 1
    }

    /// The number that this writer's next one follows.
    package var last: UInt64 { max(greatest, first == 0 ? 0 : first - 1) }

    /// Whether no batch among the last 65,536 up to `greatest` is missing. Slots are distinct, so the count decides.
    package var isConsecutive: Bool {
        guard !isMalformed else { return false }
        guard count > 0 else { return true }
        let window = NodeKey.numberSlots - 1
        let expectedLeast = max(first, greatest > window ? greatest - window : 1)
        guard greatest >= expectedLeast else { return false }
        return least == expectedLeast && count == greatest - expectedLeast + 1
    }
}
