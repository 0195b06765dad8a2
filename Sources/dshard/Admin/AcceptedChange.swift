import DShardClient
import Raft
import Wire

/// A change that placement has recorded.
struct AcceptedChange: Sendable {
    /// The operator's number; zero for what has none.
    var operation: UInt64
    /// The shard that has it.
    var shard: ShardID

    /// Returns when the operator is done; throws why it ended early.
    func end(_ client: DShardClient) async throws {
        try await OperatorWait(client: client, shard: shard, id: operation).end()
    }

    /// What scripts go on with.
    func print(_ format: OutputFormat, state: String) throws {
        guard format == .json else { return try ChangeOptions.print("\(operation)") }
        var json = JSONText()
        json.beginObject()
        json.field("operator", String(operation))
        json.field("shard", shard.rawValue)
        json.field("state", state)
        json.endObject()
        try ChangeOptions.print(json.text)
    }
}
