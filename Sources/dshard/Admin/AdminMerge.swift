import ArgumentParser
import DShardClient
import Raft
import Wire

/// Merges a shard with its right neighbour.
struct AdminMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Make a shard's right neighbour a part of it; prints the whole.",
        discussion: """
            Waits until it is done: the keys of the neighbour are out of reach for some milliseconds. Refused, and \
            nothing changed, when there is no right neighbour, when the two are not on the same nodes (move replicas \
            first), or when one of them is changing or lacks a replica.
            Example: dshard admin merge 3
            """)

    @OptionGroup var options: AdminOptions

    @Argument(help: "The shard's number.")
    var shard: String

    func run() async throws {
        let shard = try ChangeOptions.shard(shard)
        let settings = Settings.process
        let format = try settings.value(options.output, "output", default: OutputFormat.table)
        let view = try await options.client.withClient(settings) { client in
            _ = try await client.merge(shard)
            var view = try await AdminOptions.view(client)
            view.shards.removeAll { $0.id != shard }
            return view
        }
        let text: String
        switch format {
        case .table: text = ClusterView.text(view.shards)
        case .json:
            var json = JSONText()
            json.append(view.shards)
            text = json.text + "\n"
        }
        try OpenFile.standardOutput.write(Array(text.utf8))
    }
}
