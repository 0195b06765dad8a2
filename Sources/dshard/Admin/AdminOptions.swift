import ArgumentParser
import DShardClient
import Raft
import Wire

/// What all admin commands take.
struct AdminOptions: ParsableArguments {
    @OptionGroup var client: ClientOptions

    @Option(help: ArgumentHelp("table or json. (default: table)", valueName: "format"))
    var output: String?
}

extension AdminOptions {
    /// Asks the cluster, and prints what `table` or `json` makes of it.
    func show(
        table: (ClusterView) throws(CommandFailure) -> String, json: (ClusterView) throws(CommandFailure) -> String
    ) async throws {
        let settings = Settings.process
        let format = try settings.value(output, "output", default: OutputFormat.table)
        let view = try await client.withClient(settings) { client in try await AdminOptions.view(client) }
        let text =
            switch format {
            case .table: try table(view)
            case .json: try json(view) + "\n"
            }
        try OpenFile.standardOutput.write(Array(text.utf8))
    }

    /// The map from whichever node answers, then every node's own word. Who does not answer is down, not an error.
    static func view(_ client: DShardClient) async throws -> ClusterView {
        let table = try await client.routes(includingSystem: true)
        let statuses = await withTaskGroup(of: (NodeID, NodeStatus?).self) { group in
            for node in table.nodes {
                group.addTask { (node.node, try? await client.status(of: node.address)) }
            }
            var statuses: [NodeID: NodeStatus] = [:]
            for await (node, status) in group { statuses[node] = status }
            return statuses
        }
        return ClusterView(table: table, statuses: statuses)
    }
}
