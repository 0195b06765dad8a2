import ArgumentParser
import DShardClient
import Keyspace

/// Lists rows in key order.
struct KeyScan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Print KEY<TAB>VALUE lines in key order, from START up to, not including, END.",
        discussion: """
            Rows are printed as they come. With --output json each line is an object with the version too.

            Example: dshard kv scan user/ user0 --limit 10
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "The first key, in text form; without it, from the beginning.")
    var start: String?

    @Argument(help: "The key before which to stop, in text form; without it, to the end.")
    var end: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Only keys that begin with this.", valueName: "key"))
    var prefix: String?

    @Option(help: ArgumentHelp("At most this many rows.", valueName: "count"))
    var limit: String?

    @Flag(help: "From the end to the start.")
    var reverse = false

    @Flag(help: "Only the keys.")
    var keysOnly = false

    @Option(help: ArgumentHelp("table or json. (default: table)", valueName: "format"))
    var output: String?

    func run() async throws {
        let settings = Settings.process
        let span = try span(settings)
        let limit = try settings.optional(limit, "limit", as: Int.self)
        guard limit ?? 0 >= 0 else { throw CommandFailure.usage("--limit: write a number that is not negative") }
        let isReverse = try settings.isOn(reverse, "reverse")
        let keysOnly = try settings.isOn(keysOnly, "keys-only")
        let format = try settings.value(output, "output", default: OutputFormat.table)
        guard !span.isEmpty, limit != 0 else { return }
        try await client.withClient(settings) { client in
            let output = OpenFile.standardOutput
            // A person wants to see the first rows at once.
            var buffer = OutputBuffer(output, flushBytes: output.isTerminal ? 1 : 256 << 10)
            let rows = client.scan(
                from: span.start, to: span.end, reverse: isReverse, limit: limit, keysOnly: keysOnly)
            for try await row in rows {
                try buffer.append { KeyScan.append(row, keysOnly: keysOnly, format, to: &$0) }
            }
            try buffer.flush()
        }
    }

    /// The keys asked for.
    func span(_ settings: Settings) throws(CommandFailure) -> KeySpan {
        var bounds: [[UInt8]?] = []
        for (text, name) in [(start, "START"), (end, "END")] {
            if let text { bounds.append(try KeyArgument.bytes(text, name)) } else { bounds.append(nil) }
        }
        var prefixBytes: [UInt8]?
        if let (text, origin) = settings.text(prefix, "prefix") {
            prefixBytes = try KeyArgument.bytes(text, origin)
        }
        return KeySpan(start: bounds[0], end: bounds[1], prefix: prefixBytes)
    }

    /// Appends the line of one row.
    static func append(_ row: Row, keysOnly: Bool, _ format: OutputFormat, to bytes: inout [UInt8]) {
        switch format {
        case .table where keysOnly:
            RowText.append(key: row.key, .escaped, to: &bytes)
        case .table:
            RowText.append(key: row.key, value: row.value, .escaped, to: &bytes)
        case .json:
            var json = JSONText()
            json.beginObject()
            json.field("key", key: row.key)
            if !keysOnly { json.field("value", key: row.value) }
            json.field("version", String(row.version.rawValue))
            json.endObject()
            bytes.append(contentsOf: json.bytes)
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}
