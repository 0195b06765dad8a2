import ArgumentParser
import DShardClient
import Keyspace
import Raft
import Wire

/// Compares the replicas of every shard.
struct AdminCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Compare the replicas of every shard, rows included.",
        discussion: """
            Reads all data on every node, slowly, so that nobody notices. Ends with 0 when every replica was \
            compared and all are equal, else with 1: a replica that is not what the majority is gets replaced by \
            itself, and one that could not be compared is named.
            Example: dshard admin check --output json
            """)

    @OptionGroup var options: AdminOptions

    func run() async throws {
        let settings = Settings.process
        let format = try settings.value(options.output, "output", default: OutputFormat.table)
        let patience = try options.client.resolved(settings).timeout.duration
        let view = try await options.client.withClient(settings) { map in
            let shards = try await map.routes(includingSystem: true).routes.map(\.descriptor.shard)
            return try await options.client.withClient(settings, requestTimeout: CheckRun.timeout) { client in
                await CheckRun(client: client, map: map, patience: patience).check(shards)
            }
        }
        let text =
            switch format {
            case .table: view.text
            case .json: view.json + "\n"
            }
        try OpenFile.standardOutput.write(Array(text.utf8))
        guard view.isClean else { throw CommandFailure(.failed, view.summary) }
    }
}
