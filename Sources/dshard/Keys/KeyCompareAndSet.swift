import ArgumentParser
import DShardClient
import Keyspace

/// Sets a key on a condition.
struct KeyCompareAndSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cas",
        abstract: "Set a key if it is as expected; prints the new version, exit code 5 when the condition is false.",
        discussion: "Example: dshard kv cas lock me --absent && dshard kv cas lock you --expect me")

    @OptionGroup var client: ClientOptions

    @Argument(help: "The key, in text form.")
    var key: String

    @Argument(help: "The new value, in text form.")
    var value: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Only if the key has this value.", valueName: "value"))
    var expect: String?

    @Option(help: ArgumentHelp("Only if the key's value has this version.", valueName: "number"))
    var expectVersion: String?

    @Flag(help: "Only if the key is absent.")
    var absent = false

    func run() async throws {
        let settings = Settings.process
        let key = try KeyArgument.bytes(key, "KEY")
        let value = try KeyArgument.bytes(value, "VALUE")
        let condition = try condition(settings)
        let result = try await client.withClient(settings) { client in
            try await client.compareAndSet(key, to: value, expecting: condition)
        }
        switch result {
        case .swapped(let version):
            try OpenFile.standardOutput.write(Array("\(version.rawValue)\n".utf8))
        case .conditionFalse(let current):
            let state = current.map { "has version \($0.rawValue)" } ?? "is absent"
            throw CommandFailure(.conditionFalse, "condition false: the key '\(KeyText.encode(key))' \(state)")
        }
    }

    /// The one condition that is given. The environment is asked only when the command line has none, so that a
    /// variable cannot contradict a flag.
    func condition(_ settings: Settings) throws(CommandFailure) -> Condition {
        let isFlagged = expect != nil || expectVersion != nil || absent
        let settings = isFlagged ? Settings(environment: [:]) : settings
        var conditions: [Condition] = []
        if let (text, origin) = settings.text(expect, "expect") {
            conditions.append(.value(try KeyArgument.bytes(text, origin)))
        }
        if let version = try settings.optional(expectVersion, "expect-version", as: UInt64.self) {
            conditions.append(.version(Version(version)))
        }
        if try settings.isOn(absent, "absent") { conditions.append(.absent) }
        guard let condition = conditions.first, conditions.count == 1 else {
            throw .usage("write exactly one of --expect VALUE, --expect-version N and --absent")
        }
        return condition
    }
}
