import ArgumentParser
import Raft

/// Shows one shard.
struct AdminShard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shard",
        abstract: "Show one shard and each of its replicas; exit code 4 when there is no such shard.",
        discussion: "Example: dshard admin shard 3")

    @OptionGroup var options: AdminOptions

    @Argument(help: "The shard's number.")
    var id: String

    func run() async throws {
        guard let id = UInt64(id) else {
            throw CommandFailure.usage("ID: '\(id)' is no shard's number; see dshard admin shards")
        }
        let find = { (view: ClusterView) throws(CommandFailure) -> ShardView in
            guard let shard = view.shards.first(where: { $0.id == ShardID(id) }) else {
                throw CommandFailure(.absent, "there is no shard \(id); see dshard admin shards --system")
            }
            return shard
        }
        try await options.show(
            asksPlacement: false,
            table: { (view) throws(CommandFailure) in ClusterView.detail(try find(view)) },
            json: { (view) throws(CommandFailure) in
                var json = JSONText()
                json.appendDetail(of: try find(view))
                return json.text
            })
    }
}
