import Foundation
import Keyspace
import NIOCore
import Raft
import TestKit
import Testing
import Wire

extension ProcessTests {
    /// Whatever comes in from outside is refused with one line that says what to do, and harms nobody else.
    @Suite struct BadInputTest {
        /// A line of standard error that is not the program's own crash.
        private static func expectRefusal(
            _ result: CommandLineTool.Result, status: Int32 = 1, naming words: String...,
            at location: SourceLocation = #_sourceLocation
        ) {
            #expect(result.status == .exited(status), "\(result.errors)", sourceLocation: location)
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)", sourceLocation: location)
            for word in words {
                #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: location)
            }
        }

        /// Starts a node that must refuse to; returns the last line it said.
        private static func refusal(
            of node: NodeProcess, at location: SourceLocation = #_sourceLocation
        ) async throws -> (status: ProcessOutcome, line: String) {
            let before = node.log.count
            try node.launch()
            do {
                let line = try await node.ready()
                Issue.record("the node started: \(line)", sourceLocation: location)
                await node.kill9()
            } catch is NodeProcess.Failure {
                // As it should be.
            }
            let status = await node.ended()
            let said = node.log.dropFirst(before).split(separator: "\n")
            #expect(status == .exited(1), "\(said.suffix(3))", sourceLocation: location)
            return (status, said.last.map(String.init) ?? "")
        }

        private static func node(in folder: TemporaryFolder, _ arguments: [String] = []) -> NodeProcess {
            NodeProcess(
                number: 1, port: FreePorts.next(), httpPort: FreePorts.next(), folder: folder.path("node"),
                arguments: arguments)
        }

        private static func expectHealthy(
            _ cluster: ClusterProcess, at location: SourceLocation = #_sourceLocation
        ) async throws {
            let put = try await cluster.tool("kv", "put", "still", "here")
            #expect(put.status == .exited(0), "\(put.errors)", sourceLocation: location)
            let get = try await cluster.tool("kv", "get", "still")
            #expect(get.text == "here", sourceLocation: location)
        }

        @Test func tooLongKeysAndValuesAreRefusedByTheCommands() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let tool = cluster.tool
                let longest = String(repeating: "k", count: KeyLimits.keyBytesMax)
                #expect(try await tool("kv", "put", longest, "v").status == .exited(0))
                Self.expectRefusal(try await tool("kv", "put", longest + "k", "v"), naming: "\(KeyLimits.keyBytesMax)")
                Self.expectRefusal(try await tool("kv", "get", longest + "k"), naming: "\(KeyLimits.keyBytesMax)")
                Self.expectRefusal(try await tool("kv", "put", "", "v"))

                let rows = cluster.path("rows")
                let value = String(repeating: "v", count: KeyLimits.valueBytesMax)
                try Data("big\t\(value)\n".utf8).write(to: URL(fileURLWithPath: rows))
                #expect(try await tool("kv", "load", rows).status == .exited(0))
                try Data("bigger\tv\(value)\n".utf8).write(to: URL(fileURLWithPath: rows))
                let refused = try await tool("kv", "load", rows)
                #expect(refused.status == .exited(1))
                #expect(refused.errors.contains("\(KeyLimits.valueBytesMax)"), "\(refused.errors)")
                try await Self.expectHealthy(cluster)
            }
        }

        @Test func malformedTextIsRefusedByTheCommands() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let tool = cluster.tool
                for text in ["\\q", "\\x4", "\\"] {
                    let result = try await tool("kv", "put", text, "v")
                    #expect([.exited(1), .exited(64)].contains(result.status), "\(result.errors)")
                    #expect(!result.errors.isEmpty)
                }
                let rows = cluster.path("rows")
                try Data("good\tv\nno tab in here\n".utf8).write(to: URL(fileURLWithPath: rows))
                let refused = try await tool("kv", "load", rows)
                #expect(refused.status == .exited(1))
                #expect(refused.errors.contains("2"), "the line's number: \(refused.errors)")
            }
        }

        /// A client that does not check its own limits gets an answer, and its connection goes on.
        @Test func tooLongKeysAreRefusedByTheServerWithoutClosing() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                var client = try WireClient(port: cluster.nodes[0].port)
                try client.hello()
                for length in [0, KeyLimits.keyBytesMax + 1] {
                    let answer = try client.ask(Self.write(keyLength: length))
                    guard case .failure(.invalidRequest(let message)) = answer.body else {
                        Issue.record("a key of \(length) bytes was answered with \(answer.body)")
                        continue
                    }
                    if length > 0 { #expect(message.contains("\(KeyLimits.keyBytesMax)"), "\(message)") }
                }
                guard case .status(let status) = try client.ask(.status).body else {
                    Issue.record("the connection is of no use any more")
                    return
                }
                #expect(status.isReady)
            }
        }

        /// A put as a client without limits would send it.
        private static func write(keyLength: Int) -> ClientRequest.Body {
            var operations = ByteBuffer()
            operations.writeInteger(OperationKind.put.rawValue)
            operations.writeInteger(UInt8(0))
            operations.writeInteger(UInt16(keyLength + 1), endianness: .little)
            // The space byte of user keys, then the key.
            operations.writeInteger(UInt8(0x02))
            operations.writeRepeatingByte(UInt8(ascii: "k"), count: keyLength)
            operations.writeInteger(UInt32(1), endianness: .little)
            operations.writeInteger(UInt8(ascii: "v"))
            return .write(
                WriteRequest(
                    route: RouteStamp(shard: ShardID(2), version: 1), operationCount: 1, operations: operations))
        }

        @Test func garbageClosesOneConnectionOnly() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let port = cluster.nodes[0].port
                var random = SeededGenerator(seed: 5)
                var prefaces: [[UInt8]] = [
                    Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
                    // The longest length there is, an empty frame, a frame over the limit before the hello.
                    [0xFF, 0xFF, 0xFF, 0xFF, 1], [0, 0, 0, 0], [0x00, 0x00, 0x40, 0x00, 1],
                ]
                for _ in 0..<20 {
                    let junk = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
                    prefaces.append([0x40, 0, 0, 0] + junk)
                }
                for preface in prefaces {
                    let connection = try Connection(port: port)
                    _ = connection.send(preface)
                    // Whether it says why or not, it closes: this would throw after ten seconds of silence.
                    _ = try connection.receiveAll()
                }
                try await Self.expectHealthy(cluster)
                #expect(cluster.nodes[0].isRunning)
            }
        }

        @Test func halfAFrameHarmsNobody() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let port = cluster.nodes[0].port
                let silent = try Connection(port: port)
                let half = try Connection(port: port)
                let isHalfSent = half.send([0x40, 0, 0, 0, 1, 2, 3])
                #expect(isHalfSent)
                var greeted = try WireClient(port: port)
                try greeted.hello()
                let isBegun = greeted.send([0x00, 0x10, 0, 0, FrameKind.write, 1, 2, 3])
                #expect(isBegun)
                try await Self.expectHealthy(cluster)
                _ = silent.send([0x40])
                // Garbage after a good hello closes too.
                _ = greeted.send([UInt8](repeating: 0xEE, count: 8192))
                _ = try greeted.receiveAll()
                try await Self.expectHealthy(cluster)
            }
        }

        @Test func aDirectoryInUseIsRefused() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let second = NodeProcess(
                    number: 2, port: FreePorts.next(), httpPort: FreePorts.next(), folder: cluster.nodes[0].folder)
                let answer = try await Self.refusal(of: second)
                #expect(answer.line.contains("in use"), "\(answer.line)")
                try await Self.expectHealthy(cluster)
            }
        }

        @Test func aTakenPortIsRefused() async throws {
            try await ClusterProcess.with(nodes: 1) { cluster in
                let folder = try TemporaryFolder()
                let second = NodeProcess(
                    number: 2, port: cluster.nodes[0].port, httpPort: FreePorts.next(), folder: folder.path("node"))
                let answer = try await Self.refusal(of: second)
                #expect(answer.line.contains("\(second.port)"), "\(answer.line)")
                try await Self.expectHealthy(cluster)
            }
        }

        /// Neither is there yet when the other one looks: the ports for HTTP are taken once the cluster is formed.
        @Test func ofTwoWithOneHTTPPortOneEnds() async throws {
            let folder = try TemporaryFolder()
            let (ports, http) = ([FreePorts.next(), FreePorts.next()], FreePorts.next())
            let cluster = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
            let nodes = ports.enumerated().map { number, port in
                NodeProcess(
                    number: number + 1, port: port, httpPort: http, folder: folder.path("node\(number)"),
                    arguments: ["--initial-cluster", cluster])
            }
            func wait(until isTrue: () -> Bool) async throws {
                let deadline = ContinuousClock.now + .seconds(30)
                while !isTrue(), ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
            }
            // The first has looked at the port, and does not hold it.
            try nodes[0].launch()
            try await wait { nodes[0].log.contains("waiting for") }
            try nodes[1].launch()
            try await wait { !nodes.allSatisfy(\.isRunning) }
            let ended = try #require(nodes.first { !$0.isRunning })
            #expect(await ended.ended() == .exited(1))
            #expect(ended.log.contains("--http 127.0.0.1:\(http) cannot be served"), "\(ended.log)")
            // Whoever is told that a node is ready can ask it for its metrics.
            await #expect(throws: (any Error).self) { try await ended.ready() }
            for node in nodes where node.isRunning { _ = await node.terminate() }
        }

        @Test(arguments: [
            ["--initial-cluster", "127.0.0.1:1,127.0.0.1:2", "--join", "127.0.0.1:3"],
            ["--listen", "0.0.0.0:17400"],
            ["--listen", "nowhere"],
            ["--split-at", "a\\q"],
            ["--cache", "much"],
            ["--drain-timeout", "-1s"],
            ["--log-level", "loud"],
        ])
        func contradictoryFlagsAreRefused(flags: [String]) async throws {
            let folder = try TemporaryFolder()
            let tool = CommandLineTool(endpoints: "")
            let result = try await tool.run(["serve", "--data-dir", folder.path("data")] + flags)
            #expect([.exited(1), .exited(64)].contains(result.status), "\(result.errors)")
            #expect(!result.errors.isEmpty && result.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: folder.path("data")), "a refused start left something")
        }

        @Test func aForeignDirectoryIsRefused() async throws {
            let folder = try TemporaryFolder()
            let node = Self.node(in: folder)
            try FileManager.default.createDirectory(atPath: node.dataDirectory, withIntermediateDirectories: true)
            try Data("mine".utf8).write(to: URL(fileURLWithPath: node.dataDirectory + "/thesis.txt"))
            let answer = try await Self.refusal(of: node)
            #expect(answer.line.contains("thesis.txt"), "\(answer.line)")
            let left = try FileManager.default.contentsOfDirectory(atPath: node.dataDirectory)
            #expect(left.contains("thesis.txt") && !left.contains("db"))
        }

        @Test func aNewerFormatIsRefused() async throws {
            let folder = try TemporaryFolder()
            let node = Self.node(in: folder)
            try await node.start()
            #expect(await node.terminate() == .exited(0))
            let identity = URL(fileURLWithPath: node.dataDirectory + "/IDENTITY")
            let text = try String(contentsOf: identity, encoding: .utf8)
            try #require(text.contains("format: 1\n"))
            try text.replacingOccurrences(of: "format: 1\n", with: "format: 2\n")
                .write(to: identity, atomically: true, encoding: .utf8)
            let answer = try await Self.refusal(of: node)
            #expect(answer.line.contains("format 2"), "\(answer.line)")
            try text.write(to: identity, atomically: true, encoding: .utf8)
            try await node.start()
            #expect(await node.terminate() == .exited(0))
        }

        /// An empty directory never votes under a used id (rule 17).
        @Test func aWipedNodeUnderItsOldIdentityIsRefused() async throws {
            try await ClusterProcess.with { cluster in
                try await Self.expectHealthy(cluster)
                let node = cluster.nodes[2]
                await node.kill9()
                try FileManager.default.removeItem(atPath: node.dataDirectory)
                let answer = try await Self.refusal(of: node)
                #expect(answer.line.contains(node.address), "\(answer.line)")
                try await Self.expectHealthy(cluster)
            }
        }
    }
}
