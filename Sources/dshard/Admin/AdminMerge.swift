import ArgumentParser
import Keyspace
import Raft
import Wire

/// Merges a shard with its right neighbour.
struct AdminMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Make a shard's right neighbour a part of it; prints the whole.",
        discussion: """
            When the two are on different nodes, the smaller one first moves to those of the other. Waits until it is \
            done: the keys of the neighbour are out of reach for some milliseconds. Refused, and nothing changed, \
            when there is no right neighbour, when a node has no room for what has to move, or when one of the two is \
            changing or lacks a replica; balance gives way.
            Example: dshard admin merge 3
            """)

    @OptionGroup var options: ChangeOptions

    @Argument(help: "The shard's number.")
    var shard: String

    func run() async throws {
        let shard = try ChangeOptions.shard(shard)
        try await options.run(.merge(shard), shows: 1) { left, descriptor in descriptor.shard == left }
    }
}
