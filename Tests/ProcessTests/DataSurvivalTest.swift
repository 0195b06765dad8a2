import Foundation
import Keyspace
import TestKit
import Testing

extension ProcessTests {
    /// Nothing that was loaded is lost when all processes die at once, and nothing comes back changed.
    @Suite struct DataSurvivalTest {
        @Test func everyByteSurvivesKillingAllNodes() async throws {
            let rows = Self.generatedRows(count: 100_000).merging(Self.packageRows()) { first, _ in first }
            let expected = Self.text(of: rows)
            try await ClusterProcess.with(splitAt: ["\\x24", "H", "l", "\\x90", "\\xb4", "\\xd8"]) { cluster in
                let input = cluster.path("rows")
                try expected.write(to: URL(fileURLWithPath: input))
                let shards = try JSONObject(try await cluster.tool("admin", "shards", "--output", "json").text)
                #expect(shards.array?.count == 7)

                let load = try await cluster.tool.run(["kv", "load", input])
                #expect(load.status == .exited(0), "\(load.errors)")
                await cluster.killAll()
                try await cluster.startAll()
                let dump = try await cluster.tool.run(["kv", "dump", "--timeout", "30s"])
                #expect(dump.status == .exited(0), "\(dump.errors)")
                let isIdentical = dump.output == expected
                #expect(isIdentical, "\(dump.output.count) bytes came back of \(expected.count)")
            }
        }

        /// Random keys and values in which every byte occurs, at the beginning of keys too.
        private static func generatedRows(count: Int) -> [[UInt8]: [UInt8]] {
            var random = SeededGenerator(seed: 11)
            var rows: [[UInt8]: [UInt8]] = [:]
            func bytes(_ length: ClosedRange<Int>) -> [UInt8] {
                (0..<Int.random(in: length, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            }
            while rows.count < count { rows[bytes(1...24)] = bytes(0...60) }
            for byte in UInt8.min...UInt8.max { rows[[byte]] = [byte, byte] }
            return rows
        }

        /// What a package manager knows, where there is one: text as people write it.
        private static func packageRows() -> [[UInt8]: [UInt8]] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/dpkg-query")
            process.arguments = [
                "-W", "-f", "${Package}:${Architecture}\\t${Version} ${Installed-Size} ${binary:Summary}\\n",
            ]
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { return [:] }
            let data = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            var rows: [[UInt8]: [UInt8]] = [:]
            for line in data.split(separator: UInt8(ascii: "\n")) {
                guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { continue }
                rows[Array(line[..<tab])] = Array(line[line.index(after: tab)...])
            }
            return rows
        }

        /// The rows as `kv dump` writes them: in the order of the keys' bytes, not of their text.
        private static func text(of rows: [[UInt8]: [UInt8]]) -> Data {
            var text: [UInt8] = []
            for (key, value) in rows.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                KeyText.encode(key.span, into: &text)
                text.append(UInt8(ascii: "\t"))
                KeyText.encode(value.span, into: &text)
                text.append(UInt8(ascii: "\n"))
            }
            return Data(text)
        }
    }
}
