import ArgumentParser
import DShardClient

/// Removes a key.
struct KeyDelete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Remove a key; prints 1 when it was there, 0 when not.",
        discussion: "Example: dshard kv delete session/7")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The key, in text form.")
    var key: String

    func run() async throws {
        let key = try KeyArgument.bytes(key, "KEY")
        let existed = try await client.withClient(Settings.process) { client in
            try await client.delete(key)
        }
        try OpenFile.standardOutput.write(Array(existed ? "1\n".utf8 : "0\n".utf8))
    }
}
