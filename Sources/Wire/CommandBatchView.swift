package import Keyspace
import NIOCore

/// Walks through the commands of a batch entry without copying. Every malformed byte is an error, never a trap; the
/// walk to the end proves that nothing is left over (rule 24).
package struct CommandBatchView: Sendable {
    /// The version of the entry's first operation (rule 19).
    package let stamp: Timestamp
    /// `Epoch.version` of the shard when it was proposed; apply refuses another.
    package let epochVersion: UInt64
    /// Whether some operation's outcome depends on what is stored.
    package let reads: Bool
    /// How many commands the header announces; never more than the entry has bytes for.
    package let commandCount: Int

    private let bytes: ByteBuffer
    private var position = EntryLayout.commandsStart
    private var commandsLeft: Int
    private var operationsBefore: UInt64 = 0

    /// Looks at `entry`, whose checksum has been verified before; an entry of another kind is an error.
    package init(_ entry: EncodedEntry) throws(WireError) {
        bytes = entry.bytes
        let span = entry.bytes.readableBytesSpan
        guard span.byteCount >= EntryLayout.commandsStart else { throw .truncated }
        let length = Int(span.loadUInt32(at: 0))
        guard span.byteCount >= length + EntryLayout.checksummedStart else { throw .truncated }
        guard span.byteCount == length + EntryLayout.checksummedStart else { throw .trailingBytes }
        let format = span.loadUInt8(at: EntryLayout.formatOffset)
        guard format == EntryLayout.format else { throw .unknownKind(format) }
        let kind = span.loadUInt8(at: EntryLayout.kindOffset)
        guard kind == EntryLayout.kindBatch else { throw .unknownKind(kind) }
        stamp = Timestamp(span.loadUInt64(at: EntryLayout.stampOffset))
        epochVersion = span.loadUInt64(at: EntryLayout.epochVersionOffset)
        let flags = span.loadUInt32(at: EntryLayout.flagsOffset)
        guard flags & ~EntryLayout.batchReads == 0 else { throw .badValue("batch flags") }
        reads = flags & EntryLayout.batchReads != 0
        commandCount = Int(span.loadUInt32(at: EntryLayout.commandCountOffset))
        let commandsMax = (span.byteCount - EntryLayout.commandsStart) / EntryLayout.commandHeaderByteCount
        // Whoever walks through the commands takes memory for this many outcomes first.
        guard commandCount <= commandsMax else { throw .truncated }
        commandsLeft = commandCount
    }

    /// The next command; nil after the last. Throws when bytes are missing, or left over after the last one.
    package mutating func nextCommand() throws(WireError) -> CommandView? {
        guard commandsLeft > 0 else {
            guard position == bytes.readableBytes else { throw .trailingBytes }
            return nil
        }
        let command = try readCommand()
        // The sum cannot overflow: each counted operation has bytes in the entry.
        operationsBefore += UInt64(command.operationCount)
        position = command.operations.upperBound
        commandsLeft -= 1
        return command
    }

    /// The operations of a command of this batch.
    package func operations(of command: CommandView) -> OperationCursor {
        OperationCursor(
            bytes: bytes, range: command.operations, count: command.operationCount, mayRead: reads,
            firstVersion: command.firstVersion)
    }

    private func readCommand() throws(WireError) -> CommandView {
        let span = bytes.readableBytesSpan
        guard span.byteCount - position >= EntryLayout.commandHeaderByteCount else { throw .truncated }
        let header = CommandHeader(
            session: span.loadUInt64(at: position), sequence: span.loadUInt64(at: position + 8),
            doneBelow: span.loadUInt64(at: position + 16), issuedAt: span.loadUInt64(at: position + 24))
        let operationCount = span.loadUInt32(at: position + 32)
        let byteCount = Int(span.loadUInt32(at: position + 36))
        let start = position + EntryLayout.commandHeaderByteCount
        guard byteCount <= span.byteCount - start else { throw .truncated }
        guard Int(operationCount) <= byteCount / EntryLayout.operationBytesMin else { throw .truncated }
        return CommandView(
            header: header, operationCount: Int(operationCount), operations: start..<(start + byteCount),
            firstVersion: stamp.advanced(by: operationsBefore))
    }
}
