import Storage
import Testing

@Suite struct SyncMarkTests {
    private func mark(_ sequence: UInt64, _ number: UInt64) -> SyncMark {
        SyncMark(
            sequence: sequence, incarnation: 9, number: number,
            wal: [WALFile(number: 4, byteCount: 100), WALFile(number: 7, byteCount: 3)])
    }

    @Test func theNewerSlotIsInForce() {
        #expect(MarkReading.read(nil) == .absent)
        #expect(MarkReading.read([]) == .unreadable)
        #expect(MarkReading.read(mark(2, 5).encode() + mark(3, 6).encode()) == .intact(mark(3, 6)))
        #expect(MarkReading.read(mark(4, 7).encode() + mark(3, 6).encode()) == .intact(mark(4, 7)))
    }

    @Test func aDamagedSlotLeavesTheOther() {
        let (older, newer) = (mark(2, 5), mark(3, 6))
        let intact = older.encode() + newer.encode()
        for position in 0..<72 {
            for mask in [0x01, 0x80] as [UInt8] {
                var file = intact
                file[SyncMark.slotBytes + position] ^= mask
                #expect(MarkReading.read(file) == .intact(older), "byte \(position)")
                file[position] ^= mask
                #expect(MarkReading.read(file) == .unreadable, "byte \(position)")
            }
        }
    }

    @Test func everyLengthReads() {
        let file = mark(2, 5).encode() + mark(3, 6).encode()
        for count in stride(from: 0, through: file.count, by: 97) {
            let expected: MarkReading = count < SyncMark.slotBytes ? .unreadable : .intact(mark(2, 5))
            #expect(MarkReading.read(Array(file[..<count])) == expected)
        }
    }

    /// Only the newest files fit; they are the ones that can be lost.
    @Test func aLongListKeepsTheNewest() {
        let files = (1...300).map { WALFile(number: UInt64($0), byteCount: 1) }
        let long = SyncMark(sequence: 2, incarnation: 1, number: 1, wal: files)
        let unused = [UInt8](repeating: 0, count: SyncMark.slotBytes)
        guard case .intact(let read) = MarkReading.read(long.encode() + unused) else {
            Issue.record("unreadable")
            return
        }
        #expect(long.encode().count == SyncMark.slotBytes)
        #expect(read.wal == Array(files.suffix(SyncMark.walFilesMax)))
    }
}
