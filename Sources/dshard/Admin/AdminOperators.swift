import ArgumentParser
import DShardClient
import Raft
import Wire

/// Lists what placement is doing.
struct AdminOperators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operators",
        abstract: "List the changes of shards' replicas that are running, and why; and what cannot be done.",
        discussion: "Example: dshard admin operators")

    @OptionGroup var options: AdminOptions

    func run() async throws {
        let settings = Settings.process
        let format = try settings.value(options.output, "output", default: OutputFormat.table)
        let status = try await options.client.withClient(settings) { try await AdminOperators.status($0) }
        let text = format == .table ? AdminOperators.text(status) : AdminOperators.json(status) + "\n"
        try OpenFile.standardOutput.write(Array(text.utf8))
    }

    /// What placement's leader says of everything.
    static func status(_ client: DShardClient) async throws -> PlacementStatus {
        guard case .status(let status) = try await client.placement(.status) else {
            throw ClientError(.unavailable, "placement gave a strange answer: try again")
        }
        return status
    }

    private static func text(_ status: PlacementStatus) -> String {
        var table = TableText(header: ["OPERATOR", "SHARD", "KIND", "STEP", "NOW", "REASON"])
        for found in status.operators {
            let done = min(Int(found.done), found.steps.count)
            var now = done < found.steps.count ? found.steps[done] : "finishing"
            if case .running(let waiting?) = found.state { now += " (\(waiting))" }
            table.add([
                "\(found.id)", "\(found.shard)", found.priority,
                "\(min(done + 1, found.steps.count))/\(found.steps.count)", now, found.reason,
            ])
        }
        var text = status.operators.isEmpty ? "nothing is running\n" : table.text
        if !status.obstacles.isEmpty {
            text += "\ncannot be done now:\n" + status.obstacles.map { "  \($0)\n" }.joined()
        }
        return text
    }

    private static func json(_ status: PlacementStatus) -> String {
        var json = JSONText()
        json.beginArray()
        for found in status.operators {
            json.beginObject()
            json.field("id", String(found.id))
            json.field("shard", found.shard.rawValue)
            json.field("kind", found.priority)
            json.name("steps")
            json.strings(found.steps)
            json.field("done", found.done)
            json.field("reason", found.reason)
            if case .running(let waiting?) = found.state { json.field("waiting", waiting) }
            json.endObject()
        }
        json.endArray()
        return json.text
    }
}
