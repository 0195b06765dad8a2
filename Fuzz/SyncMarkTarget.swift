import NIOCore
import Storage

extension FuzzTarget {
    /// The file MARK: two slots, whose ends are filled up with zeros, and what a start concludes from them.
    static let syncMark = FuzzTarget(name: "sync-mark") { input in
        var program = Program(input)
        let isSealed = program.flag()
        let isTorn = program.flag()
        var file: [UInt8] = []
        for content in [program.slice(limit: SyncMark.slotBytes), program.rest()] {
            var slot = content
            slot.moveWriterIndex(to: slot.readerIndex + min(slot.readableBytes, SyncMark.slotBytes))
            slot.writeRepeatingByte(0, count: SyncMark.slotBytes - slot.readableBytes)
            if isSealed { Seal.slot(&slot) }
            file += slot.readableBytesView
        }
        if isTorn { file.removeLast(min(file.count, SyncMark.slotBytes - input.readableBytes % 64)) }
        let reading = MarkReading.read(file)
        var check = RecoveryCheck(storeExisted: true, incarnation: 2, mark: reading, wal: [], writers: [])
        _ = check.verdict
        _ = check.restartedNumbers(heard: UInt64(input.readableBytes))
        guard case .intact(let mark) = reading else { return }
        check.wal = mark.wal.dropFirst().map { WALFile(number: $0.number, byteCount: $0.byteCount / 2) }
        _ = check.verdict
        Check.that(MarkReading.read(mark.encode()) == reading, "a mark changes when it is written again")
    } seeds: {
        let marks = [
            SyncMark(sequence: 3, incarnation: 2, number: 5, wal: [WALFile(number: 7, byteCount: 9)]),
            SyncMark(sequence: 4, incarnation: 2, number: 6, wal: []),
        ]
        var program = ProgramWriter()
        program.bytes(1, 0)
        program.slice(ByteBuffer(bytes: marks[1].encode().prefix(48)))
        program.rest(ByteBuffer(bytes: marks[0].encode().prefix(64)))
        return [program.bytes]
    }
}
