package import Keyspace
package import NIOCore
package import Raft

/// Gathers the commands that wait for a shard into one log entry. Each command is copied once, into its place; the
/// header's room comes first and is filled in at the end.
package struct CommandBatchBuilder: Sendable {
    private var buffer: ByteBuffer
    private var reads = false
    /// The room to begin with, in bytes: what the last entry needed, since the next one will be like it.
    private var capacity: Int

    /// Commands gathered so far.
    package private(set) var commandCount = 0
    /// Operations gathered so far.
    package private(set) var operationCount = 0

    /// A builder that begins with room for `byteCapacity` bytes of commands.
    package init(byteCapacity: Int = 1024) {
        capacity = EntryLayout.commandsStart + byteCapacity
        buffer = ByteBuffer()
    }

    /// Whether no command waits; `finish` would give an entry without operations.
    package var isEmpty: Bool { commandCount == 0 }

    /// The size of the entry as it would be now, in bytes.
    package var byteCount: Int { max(EntryLayout.commandsStart, buffer.readableBytes) }

    /// Whether a command with this many bytes of operations can still be added: an entry has at most
    /// `KeyLimits.entryBytesMax` bytes.
    package func hasRoom(forOperationBytes count: Int) -> Bool {
        count <= KeyLimits.entryBytesMax - byteCount - EntryLayout.commandHeaderByteCount
    }

    /// Adds a command whose operations `OperationsValidator` has accepted. There must be room for it.
    package mutating func append(
        _ header: CommandHeader, operations: ByteBuffer, operationCount: Int, reads: Bool
    ) {
        appendHeader(header, byteCount: operations.readableBytes, operationCount: operationCount, reads: reads)
        buffer.writeImmutableBuffer(operations)
    }

    /// The same from a view.
    package mutating func append(
        _ header: CommandHeader, operations: borrowing RawSpan, operationCount: Int, reads: Bool
    ) {
        appendHeader(header, byteCount: operations.byteCount, operationCount: operationCount, reads: reads)
        buffer.writeBytes(operations)
    }

    /// The entry of all commands added so far, for the position (`term`, `index`); `stamp` is the version of its first
    /// operation. The builder is empty again.
    package mutating func finish(
        term: Term, index: LogIndex, stamp: Timestamp, epochVersion: UInt64
    ) -> EncodedEntry {
        if isEmpty { begin() }
        let start = buffer.readerIndex
        buffer.setInteger(EntryLayout.format, at: start + EntryLayout.formatOffset)
        buffer.setInteger(EntryLayout.kindBatch, at: start + EntryLayout.kindOffset)
        buffer.setLittle(term.rawValue, at: start + EntryLayout.termOffset)
        buffer.setLittle(index.rawValue, at: start + EntryLayout.indexOffset)
        buffer.setLittle(stamp.rawValue, at: start + EntryLayout.stampOffset)
        buffer.setLittle(epochVersion, at: start + EntryLayout.epochVersionOffset)
        buffer.setLittle(reads ? EntryLayout.batchReads : 0, at: start + EntryLayout.flagsOffset)
        buffer.setLittle(UInt32(truncatingIfNeeded: commandCount), at: start + EntryLayout.commandCountOffset)
        EncodedEntry.endRecord(start, in: &buffer)
        let entry = EncodedEntry(bytes: buffer)
        capacity = min(entry.byteCount, CommandBatchBuilder.capacityMax)
        buffer = ByteBuffer()
        reads = false
        commandCount = 0
        operationCount = 0
        return entry
    }

    /// Idle builders shall not hold a large entry's room.
    private static let capacityMax = 1 << 20

    private mutating func begin() {
        buffer.reserveCapacity(capacity)
        buffer.writeRepeatingByte(0, count: EntryLayout.commandsStart)
    }

    private mutating func appendHeader(_ header: CommandHeader, byteCount: Int, operationCount: Int, reads: Bool) {
        precondition(hasRoom(forOperationBytes: byteCount), "the caller asks hasRoom before it adds a command")
        if isEmpty { begin() }
        buffer.writeMultipleIntegers(
            header.session, header.sequence, header.doneBelow, header.issuedAt,
            UInt32(truncatingIfNeeded: operationCount), UInt32(truncatingIfNeeded: byteCount), endianness: .little)
        commandCount += 1
        self.operationCount += operationCount
        self.reads = self.reads || reads
    }
}

extension ByteBuffer {
    fileprivate mutating func setLittle(_ value: some FixedWidthInteger, at index: Int) {
        setInteger(value, at: index, endianness: .little)
    }
}
