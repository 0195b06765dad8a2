import ArgumentParser
import DShardClient
import Keyspace
import Raft
import Wire

/// What all admin commands take.
struct AdminOptions: ParsableArguments {
    @OptionGroup var client: ClientOptions

    @Option(help: ArgumentHelp("table or json. (default: table)", valueName: "format"))
    var output: String?
}

extension AdminOptions {
    /// Asks the cluster, placement too if that has anything to say, and prints what `table` or `json` makes of it.
    func show(
        asksPlacement: Bool = true,
        table: (ClusterView) throws(CommandFailure) -> String, json: (ClusterView) throws(CommandFailure) -> String
    ) async throws {
        let settings = Settings.process
        let format = try settings.value(output, "output", default: OutputFormat.table)
        let view = try await client.withClient(settings) { client in
            try await AdminOptions.view(client, asksPlacement: asksPlacement)
        }
        let text =
            switch format {
            case .table: try table(view)
            case .json: try json(view) + "\n"
            }
        try OpenFile.standardOutput.write(Array(text.utf8))
    }

    /// The map from whichever node answers, then every node's own word. Who does not answer is down, not an error.
    static func view(_ client: DShardClient, asksPlacement: Bool = true) async throws -> ClusterView {
        let table = try await client.routes(includingSystem: true)
        let statuses = await withTaskGroup(of: (NodeID, NodeStatus?).self) { group in
            for node in table.nodes {
                group.addTask { (node.node, try? await client.status(of: node.address)) }
            }
            var statuses: [NodeID: NodeStatus] = [:]
            for await (node, status) in group { statuses[node] = status }
            return statuses
        }
        let placement = asksPlacement ? await placement(client, table, statuses) : nil
        return ClusterView(table: table, statuses: statuses, placement: placement)
    }

    /// What placement does, by the word of the node that says that it leads it; nil when none answers.
    private static func placement(
        _ client: DShardClient, _ table: RouteTable, _ statuses: [NodeID: NodeStatus]
    ) async -> PlacementStatus? {
        var leader: (term: Term, node: NodeID)?
        for (node, status) in statuses {
            for shard in status.shards where shard.descriptor.range == .system && shard.role == .leader {
                if shard.term > leader?.term ?? .zero { leader = (shard.term, node) }
            }
        }
        guard let address = table.nodes.first(where: { $0.node == leader?.node })?.address else { return nil }
        return try? await client.placementStatus(at: address)
    }
}
