import ArgumentParser
import DShardClient

/// Sets a key.
struct KeyPut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "put",
        abstract: "Set a key; prints the version of the new value.",
        discussion: "Example: dshard kv put session/7 alice --ttl 30s")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The key, in text form.")
    var key: String

    @Argument(help: "The value, in text form.")
    var value: String

    @Option(help: ArgumentHelp("The key is gone after this time. (default: never)", valueName: "time"))
    var ttl: String?

    func run() async throws {
        let settings = Settings.process
        let key = try KeyArgument.bytes(key, "KEY")
        let value = try KeyArgument.bytes(value, "VALUE")
        let ttl = try settings.optional(ttl, "ttl", as: TimeSpan.self)
        if let ttl, ttl.nanoseconds < 1_000_000 { throw CommandFailure.usage("--ttl: write at least 1ms") }
        let version = try await client.withClient(settings) { client in
            try await client.put(key, value, expiresAfter: ttl?.duration)
        }
        try OpenFile.standardOutput.write(Array("\(version.rawValue)\n".utf8))
    }
}
