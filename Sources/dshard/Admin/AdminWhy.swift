import ArgumentParser
import DShardClient
import Raft
import Wire

/// Explains a shard's place.
struct AdminWhy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Tell what is being done with a shard's replicas, what was done last, what would be next, and why.",
        discussion: "Example: dshard admin why 3")

    @OptionGroup var options: AdminOptions

    @Argument(help: "The shard's number.")
    var shard: String

    func run() async throws {
        let shard = try ChangeOptions.shard(shard)
        let settings = Settings.process
        let format = try settings.value(options.output, "output", default: OutputFormat.table)
        let text = try await options.client.withClient(settings) { client in
            guard case .explanation(let text) = try await client.placement(.why(shard)) else {
                throw ClientError(.unavailable, "placement gave a strange answer: try again")
            }
            return text
        }
        guard format == .json else { return try ChangeOptions.print(text) }
        var json = JSONText()
        json.beginObject()
        json.field("shard", shard.rawValue)
        json.name("reasons")
        json.strings(text.split(separator: "\n").map(String.init))
        json.endObject()
        try ChangeOptions.print(json.text)
    }
}
