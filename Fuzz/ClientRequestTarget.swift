import Keyspace
import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// Requests of clients, down to their operations and keys.
    static let clientRequest = FuzzTarget(name: "client-request") { input in
        Check.recodeFrame(
            input, .client,
            decode: { (frame) throws -> ClientRequest in
                let request = try ClientRequest.decode(frame)
                inspect(request)
                return request
            },
            encode: { $0.encode(into: &$1) })
    } seeds: {
        try Samples.requests().map { request in try Check.content(.client) { request.encode(into: &$0) } }
    }

    private static func inspect(_ request: ClientRequest) {
        switch request.body {
        case .write(let write): inspect(write)
        case .get(let get):
            Check.that(get.keys.keys.count == Int(get.keys.count), "keys are missing")
            _ = get.keys.allLie(in: Samples.descriptor.range)
            _ = get.keys.first
        case .scan(let scan): _ = KeyRange(start: scan.start, end: scan.end).isEmpty
        case .split(let split): _ = Samples.descriptor.split(at: split.key, child: split.shard, first: NodeID(1))
        case .routes, .status, .replicas, .merge, .placement, .check: break
        }
    }

    /// What the validator accepts can be walked through to the end, and copied into an entry.
    private static func inspect(_ write: WriteRequest) {
        var cursor = OperationCursor(write)
        var count = 0
        var isWhole = true
        do throws(WireError) {
            while try cursor.next() != nil { count += 1 }
        } catch {
            isWhole = false
        }
        _ = try? OperationsValidator.validate(write, in: Samples.descriptor.range)
        guard let summary = try? OperationsValidator.validate(write) else { return }
        Check.that(isWhole && count == summary.operationCount, "accepted operations do not read")
        var builder = CommandBatchBuilder()
        guard builder.hasRoom(forOperationBytes: write.operations.readableBytes) else { return }
        builder.append(
            write.commandHeader, operations: write.operations, operationCount: summary.operationCount,
            reads: summary.reads)
        let entry = builder.finish(
            term: Term(1), index: LogIndex(1), stamp: Timestamp(1), epochVersion: 1)
        do throws(WireError) {
            var view = try CommandBatchView(entry)
            while let command = try view.nextCommand() {
                var operations = view.operations(of: command)
                while try operations.next() != nil {}
            }
        } catch {
            fatalError("accepted operations do not apply: \(error)")
        }
    }
}
