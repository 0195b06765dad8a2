import ArgumentParser
import DShardClient
import Keyspace

/// Writes all rows, for `kv load`.
struct KeyDump: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Write KEY<TAB>VALUE lines in key order; kv load reads them back.",
        discussion: "Example: dshard kv dump --prefix user/ > users.tsv")

    @OptionGroup var client: ClientOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Only keys that begin with this.", valueName: "key"))
    var prefix: String?

    @Flag(help: "No escapes; a row that could not be read back is refused.")
    var raw = false

    func run() async throws {
        let settings = Settings.process
        var prefixBytes: [UInt8]?
        if let (text, origin) = settings.text(prefix, "prefix") {
            prefixBytes = try KeyArgument.bytes(text, origin)
        }
        let span = KeySpan(prefix: prefixBytes)
        let form: RowText.Form = try settings.isOn(raw, "raw") ? .raw : .escaped
        try await client.withClient(settings) { client in
            var buffer = OutputBuffer(.standardOutput)
            let rows = client.scan(from: span.start, to: span.end)
            for try await row in rows {
                guard form == .escaped || RowText.isRawSafe(key: row.key, value: row.value) else {
                    try buffer.flush()
                    throw CommandFailure(
                        .failed, "the row '\(KeyText.encode(row.key))' has a TAB or newline; dump without --raw")
                }
                try buffer.append { RowText.append(key: row.key, value: row.value, form, to: &$0) }
            }
            try buffer.flush()
        }
    }
}
