import ArgumentParser
import DShardClient
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
            is changing.
            Example: dshard admin split --at user/5000
            """)

    @OptionGroup var options: AdminOptions

    @Option(name: .long, help: ArgumentHelp("The first key of the new shard, in text form.", valueName: "key"))
    var at: String

    func run() async throws {
        let key = try KeyArgument.bytes(at, "--at")
        guard !key.isEmpty else { throw CommandFailure.usage("--at: the first shard begins at the empty key already") }
        let settings = Settings.process
        let format = try settings.value(options.output, "output", default: OutputFormat.table)
        let view = try await options.client.withClient(settings) { client in
            let parts = try await client.split(at: key)
            try await AdminSplit.awaitLeaders(of: parts, client)
            var view = try await AdminOptions.view(client)
            view.shards.removeAll { !parts.contains($0.id) }
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

    /// Returns once both parts are led, or after a few seconds: the split is done in any case.
    private static func awaitLeaders(of parts: [ShardID], _ client: DShardClient) async throws {
        for _ in 0..<100 {
            let routes = try await client.routes(includingSystem: false).routes
            let led = routes.filter { parts.contains($0.descriptor.shard) && $0.leader != nil }
            if led.count == parts.count { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
