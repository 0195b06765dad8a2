import ArgumentParser

/// Lists the shards.
struct AdminShards: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shards",
        abstract: "List the shards of users in key order.",
        discussion: """
            A question mark stands for what is not known because a node does not answer.
            Example: dshard admin shards --output json
            """)

    @OptionGroup var options: AdminOptions

    @Flag(help: "The system shard too, first.")
    var system = false

    func run() async throws {
        let system = try Settings.process.isOn(system, "system")
        try await options.show(
            asksPlacement: false,
            table: { ClusterView.text(system ? $0.shards : $0.userShards) },
            json: { view in
                var json = JSONText()
                json.append(system ? view.shards : view.userShards)
                return json.text
            })
    }
}
