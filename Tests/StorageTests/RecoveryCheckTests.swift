import Storage
import Testing

/// Rule 14: what a start may believe. Each case is one way a disk can lie.
@Suite struct RecoveryCheckTests {
    private func numbers(_ writer: UInt8, _ range: ClosedRange<UInt64>, without missing: UInt64? = nil) -> WriterNumbers
    {
        var numbers = WriterNumbers(writer: writer)
        for number in range where number != missing {
            numbers.add(slot: UInt16(number % NodeKey.numberSlots), number: number)
        }
        return numbers
    }

    private func check(
        existed: Bool = true, number: UInt64 = 10, synced: [WALFile] = [], found: [WALFile] = [],
        writers: [WriterNumbers]
    ) -> RecoveryVerdict {
        let mark = SyncMark(sequence: 3, incarnation: 7, number: number, wal: synced)
        return RecoveryCheck(
            storeExisted: existed, incarnation: 7, mark: .intact(mark), wal: found, writers: writers
        ).verdict
    }

    @Test func everythingThere() {
        #expect(check(writers: [numbers(0, 1...10), numbers(1, 1...4)]) == .consistent)
        #expect(check(writers: [numbers(0, 1...11)]) == .consistent)
    }

    @Test func aSyncedWriteIsMissingAtTheEnd() {
        #expect(check(writers: [numbers(0, 1...9)]) == .suspect(.endsShort(found: 9, synced: 10)))
        #expect(check(writers: []) == .suspect(.endsShort(found: 0, synced: 10)))
        #expect(check(existed: false, writers: []) == .suspect(.endsShort(found: 0, synced: 10)))
    }

    @Test(arguments: [1, 5, 9] as [UInt64])
    func aWriteIsMissingInTheMiddle(missing: UInt64) {
        #expect(
            check(writers: [numbers(0, 1...10, without: missing)]) == .suspect(.hole(writer: 0, greatest: 10)))
        #expect(
            check(writers: [numbers(0, 1...10), numbers(3, 1...10, without: missing)])
                == .suspect(.hole(writer: 3, greatest: 10)))
    }

    /// After 65,536 writes every slot is taken; a hole leaves an old number in its slot.
    @Test func aHoleAfterTheNumbersWentRound() {
        let slots = NodeKey.numberSlots
        #expect(check(writers: [numbers(0, 101...(slots + 100))]) == .consistent)
        var holed = numbers(0, 101...(slots + 100), without: slots + 50)
        holed.add(slot: 50, number: 50)
        #expect(check(writers: [holed]) == .suspect(.hole(writer: 0, greatest: slots + 100)))
    }

    @Test func aNumberInAnotherSlot() {
        var numbers = numbers(0, 1...9)
        numbers.add(slot: 11, number: 10)
        #expect(check(writers: [numbers]) == .suspect(.hole(writer: 0, greatest: 10)))
    }

    @Test func numbersThatStartedAnew() {
        var restarted = WriterNumbers(writer: 0)
        restarted.first = 50
        #expect(check(number: 49, writers: [restarted]) == .consistent)
        restarted.add(slot: 50, number: 50)
        #expect(check(number: 50, writers: [restarted]) == .consistent)
        restarted.add(slot: 52, number: 52)
        #expect(check(number: 50, writers: [restarted]) == .suspect(.hole(writer: 0, greatest: 52)))
    }

    @Test func theWriteAheadLog() {
        func file(_ number: UInt64, _ bytes: UInt64) -> WALFile { WALFile(number: number, byteCount: bytes) }
        let writers = [numbers(0, 1...10)]
        let synced = [file(4, 100), file(9, 50)]
        #expect(check(synced: synced, found: [file(4, 100), file(9, 50)], writers: writers) == .consistent)
        #expect(check(synced: synced, found: [file(9, 70), file(12, 0)], writers: writers) == .consistent)
        #expect(check(synced: synced, found: [], writers: writers) == .consistent)
        #expect(
            check(synced: synced, found: [file(4, 100), file(9, 49)], writers: writers)
                == .suspect(.walShorter(number: 9, byteCount: 49, synced: 50)))
        #expect(check(synced: synced, found: [file(4, 100)], writers: writers) == .suspect(.walMissing(number: 9)))
    }

    @Test func theMarkItself() {
        func verdict(_ mark: MarkReading, existed: Bool) -> RecoveryVerdict {
            RecoveryCheck(storeExisted: existed, incarnation: 7, mark: mark, wal: [], writers: []).verdict
        }
        let other = SyncMark(sequence: 3, incarnation: 6, number: 0, wal: [])
        #expect(verdict(.absent, existed: false) == .consistent)
        #expect(verdict(.absent, existed: true) == .suspect(.markMissing))
        #expect(verdict(.unreadable, existed: true) == .suspect(.markUnreadable))
        #expect(verdict(.intact(other), existed: true) == .suspect(.markOfAnotherIncarnation(6)))
        #expect(verdict(.intact(other), existed: false) == .consistent)
    }
}
