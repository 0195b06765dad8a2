import ArgumentParser
import DShardClient

/// Reads rows and writes them to the cluster.
struct KeyLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Put the KEY<TAB>VALUE lines of a file, or of standard input.",
        discussion: """
            Stops at the first line that is no row, and says how many rows before it are there.

            Example: dshard kv dump | dshard kv load - --endpoints other:7400 --progress
            """)

    @OptionGroup var client: ClientOptions

    @Argument(help: "The file; - is standard input.")
    var file: String

    @Flag(help: "The lines have no escapes.")
    var raw = false

    @Flag(help: "Say on standard error how many rows are loaded.")
    var progress = false

    func run() async throws {
        let settings = Settings.process
        let form: RowText.Form = try settings.isOn(raw, "raw") ? .raw : .escaped
        let progress = try settings.isOn(progress, "progress")
        let input = try KeyLoad.open(file)
        defer { input.close() }
        try await client.withClient(settings) { client in
            let loader = Loader(form: form, progress: progress ? .standardError : nil) { rows in
                try await client.putAll(rows)
            }
            try await loader.load { () throws(CommandFailure) in try KeyLoad.read(input) }
        }
    }

    private static func open(_ path: String) throws(CommandFailure) -> OpenFile {
        guard path != "-" else { return .standardInput }
        do throws(OpenFile.Failure) {
            return try .reading(path)
        } catch {
            throw CommandFailure(.failed, "cannot read \(path): \(error.text)")
        }
    }

    private static func read(_ input: OpenFile) throws(CommandFailure) -> [UInt8] {
        do throws(OpenFile.Failure) {
            return try input.read(upTo: 256 << 10)
        } catch {
            throw CommandFailure(.failed, "cannot read the rows: \(error.text)")
        }
    }
}
