import ArgumentParser
import DShardClient
import Testing

@testable import dshard

@Suite("Commands and exit codes")
struct CommandTests {
    @Test("The numbers that scripts rely on (CLI.md)")
    func exitCodes() {
        let codes: [CommandStatus] = [
            .done, .failed, .undecided, .absent, .conditionFalse, .outcomeUnknown, .unreachable, .usage,
        ]
        #expect(codes.map(\.rawValue) == [0, 1, 2, 4, 5, 6, 7, 64])
    }

    @Test(arguments: [
        (ClientError.Code.unavailable, CommandStatus.unreachable), (.deadlineExceeded, .unreachable),
        (.unknownOutcome, .outcomeUnknown), (.invalidRequest, .failed), (.busy, .failed), (.sessionExpired, .failed),
        (.diskFull, .failed), (.tooStale, .failed), (.unauthorized, .failed),
    ])
    func clientErrors(code: ClientError.Code, status: CommandStatus) {
        #expect(CommandFailure(ClientError(code, "what to do")) == CommandFailure(status, "what to do"))
    }

    @Test("A reader that has seen enough is no failure")
    func brokenPipe() {
        #expect(CommandFailure(OpenFile.Failure(code: 32) as any Error) == nil)
        #expect(CommandFailure(OpenFile.Failure(code: 28) as any Error)?.status == .failed)
    }

    @Test("An error is one line, whatever it quotes")
    func oneLine() {
        #expect(CommandFailure(.failed, "a\nb\r\nc").line == "error: a b c")
        #expect(CommandFailure(.absent, nil).line == nil)
        let message = "Error: Unknown option '--x'\nUsage: dshard kv\n  See 'dshard kv --help' for more information."
        #expect(Launcher.usageLine(message) == "error: Unknown option '--x'; see 'dshard kv --help'")
        #expect(Launcher.usageLine("") == "error: wrong usage")
    }

    @Test("Every command has help with an example; commands that do not exist are not shown")
    func help() {
        var commands: [any ParsableCommand.Type] = [DShard.self]
        var names: [String] = []
        while let command = commands.popLast() {
            commands += command.configuration.subcommands
            names.append(command._commandName)
            #expect(command.configuration.discussion.contains("Example: dshard"), "\(command)")
            #expect(!command.configuration.abstract.isEmpty, "\(command)")
        }
        #expect(
            names.sorted() == [
                "admin", "bench", "cas", "check", "decommission", "delete", "drain", "dshard", "dump", "get", "kv",
                "load", "merge", "move", "nodes", "operators", "put", "replication", "scan", "serve", "shard",
                "shards", "simulate", "split", "status", "transfer", "undrain", "verify", "why",
            ])
    }

    @Test("A pipe gets the value's bytes, a terminal the text form")
    func getOutput() {
        let value: [UInt8] = [0x00, 0x5C, 0xFF]
        #expect(KeyGet.output(value, isTerminal: false, isRaw: false) == value)
        #expect(KeyGet.output(value, isTerminal: true, isRaw: false) == Array("\\x00\\\\\\xff\n".utf8))
        #expect(KeyGet.output(value, isTerminal: true, isRaw: true) == value + [10])
    }

    @Test("A compare-and-set has exactly one condition")
    func conditions() throws {
        let none = Settings(environment: [:])
        #expect(try condition(["--absent"], none) == .absent)
        #expect(try condition(["--expect", "-a\\x00"], none) == .value([0x2D, 0x61, 0]))
        #expect(try condition(["--expect-version", "18446744073709551615"], none) == .version(Version(.max)))
        for arguments in [[], ["--absent", "--expect", "x"], ["--expect-version", "x"], ["--expect", "\\"]] {
            #expect(throws: CommandFailure.self) { try condition(arguments, none) }
        }
        let environment = Settings(environment: ["DSHARD_ABSENT": "true"])
        #expect(try condition([], environment) == .absent)
        #expect(try condition(["--expect", "x"], environment) == .value(Array("x".utf8)))
    }

    @Test("Consistency and its age")
    func consistency() throws {
        let none = Settings(environment: [:])
        #expect(try ConsistencyOptions.parse([]).resolved(none) == .linearizable)
        #expect(try ConsistencyOptions.parse(["--consistency", "follower"]).resolved(none) == .follower)
        #expect(
            try ConsistencyOptions.parse(["--consistency", "stale"]).resolved(none) == .stale(atMost: .seconds(5)))
        #expect(
            try ConsistencyOptions.parse(["--consistency", "stale", "--max-staleness", "200ms"]).resolved(none)
                == .stale(atMost: .milliseconds(200)))
        for arguments in [["--consistency", "eventual"], ["--max-staleness", "1s"]] {
            #expect(throws: CommandFailure.self) { try ConsistencyOptions.parse(arguments).resolved(none) }
        }
    }

    @Test("Where a client begins")
    func clientOptions() throws {
        let none = Settings(environment: [:])
        let standard = try ClientOptions.parse([]).resolved(none)
        #expect(standard.endpoints.map(\.description) == ["127.0.0.1:7400"])
        #expect(standard.timeout.duration == .seconds(5))
        let given = Settings(environment: ["DSHARD_ENDPOINTS": "a:1,b:2", "DSHARD_TIMEOUT": "200ms"])
        let configuration = try ClientOptions.parse([]).resolved(given).configuration
        #expect(configuration.endpoints == ["a:1", "b:2"])
        #expect(configuration.requestTimeout == .milliseconds(200))
        #expect(try ClientOptions.parse(["--endpoints", "c:3"]).resolved(given).endpoints.count == 1)
        #expect(throws: CommandFailure.self) { try ClientOptions.parse(["--timeout", "0s"]).resolved(none) }
    }

    @Test("A row of a scan, for people and for programs")
    func scanRows() {
        let row = Row(key: Array("k\t".utf8), value: [0xFF], version: Version(18_446_744_073_709_551_615))
        func line(keysOnly: Bool, _ format: OutputFormat) -> String {
            var bytes: [UInt8] = []
            KeyScan.append(row, keysOnly: keysOnly, format, to: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(line(keysOnly: false, .table) == "k\\x09\t\\xff\n")
        #expect(line(keysOnly: true, .table) == "k\\x09\n")
        #expect(
            line(keysOnly: false, .json)
                == #"{"key":"k\\x09","value":"\\xff","version":"18446744073709551615"}"# + "\n")
        #expect(line(keysOnly: true, .json) == #"{"key":"k\\x09","version":"18446744073709551615"}"# + "\n")
    }

    private func condition(_ arguments: [String], _ settings: Settings) throws -> Condition {
        try KeyCompareAndSet.parse(["k", "v"] + arguments).condition(settings)
    }
}
