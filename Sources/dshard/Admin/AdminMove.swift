import ArgumentParser
import Raft
import Wire

/// Moves a replica.
struct AdminMove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move",
        abstract: "Move a shard's replica from one node to another.",
        discussion: """
            A new replica is added and catches up before the old one goes. Waits until it is done. Refused, and \
            nothing changed, when the node is not there, down, full or has a replica already, or the shard is changing.
            Example: dshard admin move 3 --from 1 --to 4
            """)

    @OptionGroup var options: ChangeOptions

    @Argument(help: "The shard's number.")
    var shard: String

    @Option(name: .long, help: ArgumentHelp("The node whose replica goes.", valueName: "node"))
    var from: String?

    @Option(name: .long, help: ArgumentHelp("The node that gets one.", valueName: "node"))
    var to: String?

    func run() async throws {
        let shard = try ChangeOptions.shard(shard)
        let from = try ChangeOptions.node(named: from, "from")
        let to = try ChangeOptions.node(named: to, "to")
        try await options.run(
            .move(shard, from: from, to: to), of: shard, done: "shard \(shard): moved from node \(from) to node \(to)")
    }
}
