import ArgumentParser
import DShardServer
import Foundation
import Testing

@testable import dshard

@Suite("The configuration of a node")
struct ServeOptionsTests {
    @Test("Without flags, what CLI.md says")
    func defaults() throws {
        let node = try resolve([])
        #expect(node.dataDirectory == "./dshard-data")
        #expect(node.listen == "127.0.0.1:7400")
        #expect(node.advertise == nil)
        #expect(node.http == "127.0.0.1:7480")
        #expect(node.initialCluster.isEmpty && node.join.isEmpty && node.splitAt.isEmpty && node.labels.isEmpty)
        #expect(node.drainTimeout == .seconds(30))
        #expect(node.shardBytes == 256 << 20 && node.mergeAfter == .seconds(3_600))
        #expect(node.logLevel == "info" && node.logFormat == .text)
    }

    @Test("Each flag arrives where it belongs")
    func flags() throws {
        let node = try resolve([
            "--data-dir", "d", "--listen", "0.0.0.0:1", "--advertise", "10.0.0.1:1", "--http", "none",
            "--initial-cluster", "10.0.0.1:1,10.0.0.2:1", "--split-at", "b,a\\x2c,\\x40", "--labels", "zone=a",
            "--cache", "1GiB", "--shard-size", "64MiB", "--drain-timeout", "5s", "--log-level", "debug",
            "--log-format", "json", "--merge-after", "90s",
        ])
        #expect(node.listen == "0.0.0.0:1" && node.advertise == "10.0.0.1:1" && node.http == nil)
        #expect(node.initialCluster == ["10.0.0.1:1", "10.0.0.2:1"])
        #expect(node.splitAt == [Array("@".utf8), Array("a,".utf8), Array("b".utf8)])
        #expect(node.labels.map(\.0) == ["zone"] && node.labels.map(\.1) == ["a"])
        #expect(node.cacheBytes == 1 << 30 && node.drainTimeout == .seconds(5))
        #expect(node.shardBytes == 64 << 20 && node.mergeAfter == .seconds(90))
        #expect(node.logLevel == "debug" && node.logFormat == .json)
    }

    @Test(
        arguments: [
            (["--listen", "0.0.0.0:7400"], "needs --advertise"),
            (["--listen", "[::]:7400"], "needs --advertise"),
            (["--advertise", "0.0.0.0:7400"], "no address that others can use"),
            (["--initial-cluster", "a:1", "--join", "b:1"], "write only one of them"),
            (["--shard-size", "1000"], "at least 1MiB"),
            (["--merge-after", "10ms"], "at least 1s"),
            (["--join", "0.0.0.0:1"], "no address that others can use"),
        ] as [([String], String)])
    func contradictions(arguments: [String], problem: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try resolve(arguments) }
        #expect(failure?.status == .failed)
        #expect(failure?.message?.contains(problem) == true, "\(failure?.message ?? "")")
    }

    @Test(
        arguments: [
            (["--initial-cluster", "a:1,a:1"], "list of different addresses"),
            (["--split-at", "a,a"], "twice"),
            (["--split-at", "a,,b"], "empty"),
            (["--split-at", "\\q"], "unknown escape"),
            (["--log-level", "loud"], "one of trace, debug"),
            (["--config", "/nowhere/c.json"], "cannot read the config file"),
        ] as [([String], String)])
    func unreadable(arguments: [String], problem: String) throws {
        let failure = #expect(throws: CommandFailure.self) { try resolve(arguments) }
        #expect(failure?.status == .usage)
        #expect(failure?.message?.contains(problem) == true, "\(failure?.message ?? "")")
    }

    @Test("Borders from a file: a key a line")
    func bordersFromFile() throws {
        let options = try ServeOptions.parse(["--split-at", "@keys.txt"])
        let node = try options.resolved(environment: Settings(environment: [:])) { (path) throws(CommandFailure) in
            #expect(path == "keys.txt")
            return "m,1\na\n\n"
        }
        #expect(node.splitAt == [Array("a".utf8), Array("m,1".utf8)])
    }

    @Test("Too long a border is refused, with the limit")
    func longBorder() throws {
        #expect(try resolve(["--split-at", String(repeating: "k", count: 10_240)]).splitAt.count == 1)
        let failure = #expect(throws: CommandFailure.self) {
            try resolve(["--split-at", String(repeating: "k", count: 10_241)])
        }
        #expect(failure?.message?.contains("10240") == true)
    }

    @Test("The config file: all kinds of values; an unknown name is refused")
    func configFile() throws {
        let text = #"""
            {"listen": "h:1", "initial-cluster": ["a:1", "b:1"], "labels": {"zone": "a", "rack": "1"}, "cache": 1024}
            """#
        let entries = try ConfigFile.parse(Data(text.utf8), name: "c", flags: KnownFlags.serve)
        #expect(
            entries == ["listen": "h:1", "initial-cluster": "a:1,b:1", "labels": "rack=1,zone=a", "cache": "1024"])
        for bad in ["[]", "{", #"{"listne": "h:1"}"#, #"{"listen": null}"#, #"{"listen": [[1]]}"#] {
            #expect(throws: CommandFailure.self) {
                try ConfigFile.parse(Data(bad.utf8), name: "c", flags: KnownFlags.serve)
            }
        }
    }

    @Test("The environment beats the file, a flag beats both")
    func wholePrecedence() throws {
        let path = FileManager.default.temporaryDirectory.path + "/dshard-\(UUID().uuidString).json"
        try #"{"data-dir": "file", "listen": "file:1", "log-level": "error"}"#
            .write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let options = try ServeOptions.parse(["--data-dir", "flag"])
        let environment = Settings(environment: [
            "DSHARD_CONFIG": path, "DSHARD_DATA_DIR": "environment", "DSHARD_LISTEN": "environment:1",
        ])
        let node = try options.resolved(environment: environment) { (_) throws(CommandFailure) in "" }
        #expect(node.dataDirectory == "flag" && node.listen == "environment:1" && node.logLevel == "error")
    }

    @discardableResult
    private func resolve(_ arguments: [String]) throws -> NodeConfiguration {
        let options = try ServeOptions.parse(arguments)
        return try options.resolved(environment: Settings(environment: [:])) { (path) throws(CommandFailure) in
            throw .usage("cannot read \(path)")
        }
    }
}
