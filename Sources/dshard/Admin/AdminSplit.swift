import ArgumentParser
import Keyspace
import Raft
import Wire

/// Splits a shard.
struct AdminSplit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Make a key the first one of a new shard; prints both parts.",
        discussion: """
            Waits until the new shard has a leader. Refused, and nothing changed, when a shard begins there already or
            is changing; balance gives way.
            Example: dshard admin split --at user/5000
            """)

    @OptionGroup var options: ChangeOptions

    @Option(name: .long, help: ArgumentHelp("The first key of the new shard, in text form.", valueName: "key"))
    var at: String

    func run() async throws {
        let key = try KeyArgument.bytes(at, "--at")
        guard !key.isEmpty else { throw CommandFailure.usage("--at: the first shard begins at the empty key already") }
        guard key.count <= KeyLimits.borderBytesMax else {
            throw CommandFailure.refused(
                "--at: a shard may begin at a key of at most \(KeyLimits.borderBytesMax) bytes")
        }
        let border = Key.user(key)
        try await options.run(.split(at: border), shows: 2) { parent, descriptor in
            descriptor.shard == parent || descriptor.range.start == border
        }
    }
}
