import ArgumentParser
import DShardClient
import Raft
import Wire

/// Shows or sets how many replicas a shard has.
struct AdminReplication: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replication",
        abstract: "Show, or set, how many replicas each shard is to have: 1, 3, 5 or 7.",
        discussion: """
            Waits until every shard has them. Refused, and nothing changed, when the nodes are too few.
            Example: dshard admin replication 5
            """)

    @OptionGroup var options: DutyOptions

    @Argument(help: "How many; without it the factor is shown.")
    var factor: String?

    func run() async throws {
        let settings = Settings.process
        let format = try settings.value(options.admin.output, "output", default: OutputFormat.table)
        let isWaiting = try !settings.isOn(options.noWait, "no-wait")
        let wanted = try factor.map { (text) throws(CommandFailure) -> UInt8 in
            guard let number = UInt8(text) else {
                throw CommandFailure.usage("N: '\(text)' is no number of replicas: write 1, 3, 5 or 7")
            }
            return number
        }
        let shown = try await options.admin.client.withClient(settings) { client in
            guard let wanted else { return try await AdminOperators.status(client).replication }
            _ = try await ChangeOptions.accepted(.setReplication(wanted), client)
            if isWaiting {
                try await ChangeOptions.follow { try await AdminReplication.wait(for: Int(wanted), client) }
            }
            return wanted
        }
        guard format == .json else { return try ChangeOptions.print("\(shown)") }
        var json = JSONText()
        json.beginObject()
        json.field("replication", shown)
        json.endObject()
        try ChangeOptions.print(json.text)
    }

    /// Returns when every shard of users has so many voters and nothing else.
    private static func wait(for count: Int, _ client: DShardClient) async throws {
        var last: UInt32?
        while true {
            let status = try await AdminOperators.status(client)
            guard status.replication == UInt8(clamping: count) else {
                throw CommandFailure.refused("somebody else has set another factor meanwhile")
            }
            guard status.unevenShards > 0 else { return }
            if status.unevenShards != last, OpenFile.standardError.isTerminal {
                OpenFile.standardError.say("\(status.unevenShards) shards left\n")
            }
            last = status.unevenShards
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
