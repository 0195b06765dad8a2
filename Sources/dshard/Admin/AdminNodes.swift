import ArgumentParser

/// Lists the nodes.
struct AdminNodes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nodes",
        abstract: "List the nodes; leaders and replicas count the system shard too.",
        discussion: "Example: dshard admin nodes --output json")

    @OptionGroup var options: AdminOptions

    func run() async throws {
        try await options.show(
            table: { ClusterView.text($0.nodes) },
            json: { view in
                var json = JSONText()
                json.append(view.nodes)
                return json.text
            })
    }
}
