import ArgumentParser
import DShardClient
import Keyspace

/// Reads a key.
struct KeyGet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print the value of a key; exit code 4 when it is absent.",
        discussion: """
            A terminal gets the text form and a newline, a pipe or a file the value's bytes alone.

            Example: dshard kv get greeting --consistency stale --max-staleness 2s
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "The key, in text form.")
    var key: String

    @OptionGroup var consistency: ConsistencyOptions

    @Flag(help: "No escapes, on a terminal too.")
    var raw = false

    func run() async throws {
        let settings = Settings.process
        let key = try KeyArgument.bytes(key, "KEY")
        let consistency = try consistency.resolved(settings)
        let raw = try settings.isOn(raw, "raw")
        let found = try await client.withClient(settings) { client in
            try await client.get(key, consistency: consistency)
        }
        guard let found else {
            throw CommandFailure(.absent, "the key '\(KeyText.encode(key))' is absent")
        }
        let output = OpenFile.standardOutput
        try output.write(KeyGet.output(found.value, isTerminal: output.isTerminal, isRaw: raw))
    }

    /// The bytes to print for `value`.
    static func output(_ value: [UInt8], isTerminal: Bool, isRaw: Bool) -> [UInt8] {
        guard isTerminal else { return value }
        var text = value
        if !isRaw {
            text = []
            KeyText.encode(value.span, into: &text)
        }
        return text + [UInt8(ascii: "\n")]
    }
}
