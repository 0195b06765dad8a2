import ArgumentParser
import Raft
import Wire

/// Moves a leadership.
struct AdminTransfer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer",
        abstract: "Let another node lead a shard.",
        discussion: """
            Waits until it leads. Refused, and nothing changed, when the node has no replica that could. Balance may \
            move the leadership again; to keep a node from leading, drain it.
            Example: dshard admin transfer 3 --to 2
            """)

    @OptionGroup var options: ChangeOptions

    @Argument(help: "The shard's number.")
    var shard: String

    @Option(name: .long, help: ArgumentHelp("The node that is to lead.", valueName: "node"))
    var to: String?

    func run() async throws {
        let shard = try ChangeOptions.shard(shard)
        let to = try ChangeOptions.node(named: to, "to")
        try await options.run(.transfer(shard, to: to), of: shard, done: "shard \(shard): led by node \(to)")
    }
}
