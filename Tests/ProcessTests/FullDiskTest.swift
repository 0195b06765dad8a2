import Glibc
import Keyspace
import Raft
import TestKit
import Testing
import Wire

extension ProcessTests {
    /// A disk that fills up: first what adds data is refused, then the node ends; nothing acknowledged is lost.
    @Suite(.enabled(if: SmallDisk.obstacle == nil, Comment(rawValue: SmallDisk.obstacle ?? "")))
    struct FullDiskTest {
        private static let mebibytes = 600
        /// RocksDB's own, as Debian builds it.
        private static let assertion = "rocksdb::WritableFileWriter::AssertFalseAndGetStatusForPrevError"

        @Test func writesAreRefusedAndNothingIsLost() async throws {
            let folder = try TemporaryFolder("dshard-full-disk")
            let disk = try SmallDisk(at: folder.path("small"), mebibytes: Self.mebibytes)
            let node = NodeProcess(
                number: 1, port: FreePorts.next(), httpPort: FreePorts.next(), folder: folder.path("small/node"))
            try await node.start()
            let tool = CommandLineTool(endpoints: node.address)
            #expect(try await tool("kv", "put", "before", "1").status == .exited(0))

            // Below 256 MiB: no room for data, but for deletes and reads.
            try disk.fill("half", mebibytes: 390)
            var put = try await tool("kv", "put", "refused", "1", "--timeout", "2s")
            while put.status == .exited(0) { put = try await tool("kv", "put", "refused", "1", "--timeout", "2s") }
            #expect(put.errors.contains("disk"), "\(put.errors)")
            #expect(try await tool("kv", "get", "before").text == "1")
            #expect(try await tool("kv", "delete", "before").status == .exited(0))

            // No room at all: sooner or later the log or a table cannot be written, which the deletes bring about.
            try disk.fill("rest", mebibytes: Self.mebibytes)
            try Self.writeUntilClosed(node)
            let end = await node.ended()
            if node.log.contains(Self.assertion) {
                // The log writer syncs while another thread's write fails: Debian's RocksDB ends the process itself.
                #expect(end == .signalled(SIGABRT))
            } else {
                #expect(end == .exited(1), "\(node.log.suffix(300))")
                #expect(node.log.contains("full"), "\(node.log.suffix(300))")
            }

            try disk.clear("rest")
            try disk.clear("half")
            try await node.start()
            #expect(try await tool("kv", "get", "before").status == .exited(4))
            let after = try await tool("kv", "put", "after", "1")
            #expect(after.status == .exited(0), "\(after.errors)")
            #expect(try HTTPAnswer.get(port: node.httpPort, "/ready").status == 200)
            await node.kill9()
        }

        /// Sends deletes of long keys, which are never refused, until the node is gone.
        private static func writeUntilClosed(_ node: NodeProcess) throws {
            var operations = OperationList()
            let count = 300
            for number in 0..<count {
                let tail = [UInt8](repeating: UInt8(ascii: "k"), count: KeyLimits.keyBytesMax - 8)
                try operations.delete(Key([Key.userSpace] + Array("\(number)".utf8) + tail))
            }
            var client = try WireClient(port: node.port)
            try client.hello()
            let request = WriteRequest(
                route: RouteStamp(shard: ShardID(2), version: 1), operationCount: UInt32(count),
                operations: operations.bytes)
            // 3 MB each: all that the write-ahead log has laid up is used up after a few dozen.
            for _ in 0..<200 {
                guard (try? client.ask(.write(request))) != nil else { return }
            }
            Issue.record("600 MB went onto a disk without room")
        }
    }
}
