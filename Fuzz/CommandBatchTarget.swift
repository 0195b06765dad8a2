import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// A log entry's commands and operations, read at apply; also of bytes that the entry decoder would refuse.
    static let commandBatch = FuzzTarget(name: "command-batch") { input in
        let entry = EncodedEntry(bytes: input)
        _ = entry.versionBound
        do throws(WireError) {
            var view = try CommandBatchView(entry)
            var rebuilt = CommandBatchBuilder()
            while let command = try view.nextCommand() {
                var cursor = view.operations(of: command)
                var last = cursor.version
                while let operation = try cursor.next() {
                    let bytes = cursor.bytes.readableBytesSpan
                    _ = bytes.extracting(operation.key)
                    _ = bytes.extracting(operation.value)
                    _ = bytes.extracting(operation.expect)
                    Check.that(cursor.version >= last, "versions fall")
                    last = cursor.version
                }
                rebuilt.append(
                    command.header, operations: input.readableBytesSpan.extracting(command.operations),
                    operationCount: command.operationCount, reads: view.reads)
            }
            compare(input, view, &rebuilt)
        } catch {
            return
        }
    } seeds: {
        try [Samples.batch(), Samples.batch(commands: 0), Samples.batch(commands: 1)].map { EncodedEntry.encode($0) }
    }

    /// All bytes of a batch that is read to the end are those that its commands give.
    private static func compare(
        _ input: ByteBuffer, _ view: CommandBatchView, _ rebuilt: inout CommandBatchBuilder
    ) {
        let (termOffset, indexOffset) = (input.readerIndex + 10, input.readerIndex + 18)
        guard let term = input.getInteger(at: termOffset, endianness: .little, as: UInt64.self),
            let index = input.getInteger(at: indexOffset, endianness: .little, as: UInt64.self), view.commandCount > 0
        else { return }
        let entry = rebuilt.finish(
            term: Term(term), index: LogIndex(index), stamp: view.stamp, epochVersion: view.epochVersion)
        var expected = input
        Seal.entries(&expected)
        Check.that(entry.bytes == expected, "a batch changes when it is built again")
    }
}
