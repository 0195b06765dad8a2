import ArgumentParser
import DShardClient
import Raft
import Wire

/// What commands take that have placement change something.
struct ChangeOptions: ParsableArguments {
    @OptionGroup var admin: AdminOptions

    @Flag(help: "Return at once; for a single shard with the operator's number.")
    var noWait = false
}

extension ChangeOptions {
    /// The number of a shard.
    static func shard(_ text: String) throws(CommandFailure) -> ShardID {
        guard let number = UInt64(text) else {
            throw CommandFailure.usage("SHARD: '\(text)' is no shard's number; see dshard admin shards")
        }
        return ShardID(number)
    }

    /// The number of a node; `name` is how the argument is called.
    static func node(_ text: String, _ name: String) throws(CommandFailure) -> NodeID {
        guard let number = UInt64(text), number > 0 else {
            throw CommandFailure.usage("\(name): '\(text)' is no node's number; see dshard admin nodes")
        }
        return NodeID(number)
    }

    /// The node of the flag `name`, which has to be there.
    static func node(named flag: String?, _ name: String) throws(CommandFailure) -> NodeID {
        guard let (text, origin) = Settings.process.text(flag, name) else {
            throw CommandFailure.usage("--\(name): write the number of a node; see dshard admin nodes")
        }
        return try node(text, origin)
    }

    /// Has an operator made for one shard, waits for its end unless that is not wanted, and prints what came of it.
    func run(_ request: PlacementRequest, of shard: ShardID, done: String) async throws {
        let settings = Settings.process
        let format = try settings.value(admin.output, "output", default: OutputFormat.table)
        let isWaiting = try !settings.isOn(noWait, "no-wait")
        let operation = try await admin.client.withClient(settings) { client in
            let operation = try await ChangeOptions.accepted(request, client)
            if isWaiting { try await OperatorWait(client: client, shard: shard, id: operation).end() }
            return operation
        }
        switch format {
        case .table: try ChangeOptions.print(isWaiting ? done : "\(operation)")
        case .json:
            var json = JSONText()
            json.beginObject()
            json.field("operator", String(operation))
            json.field("shard", shard.rawValue)
            json.field("state", isWaiting ? "done" : "running")
            json.endObject()
            try ChangeOptions.print(json.text)
        }
    }

    /// Has a change recorded, and returns its number. What merely evens things out on the shard is waited for.
    static func accepted(_ request: PlacementRequest, _ client: DShardClient) async throws -> UInt64 {
        let end = ContinuousClock.now + busyTime
        while true {
            do throws(ClientError) {
                if case .accepted(let operation) = try await client.placement(request) { return operation }
                throw ClientError(.unavailable, "placement gave a strange answer: try again")
            } catch {
                guard error.code == .busy, ContinuousClock.now < end else { throw error }
            }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// How long a change waits for one that gives way by itself.
    private static let busyTime = Duration.seconds(30)

    /// One line on standard output.
    static func print(_ line: String) throws {
        try OpenFile.standardOutput.write(Array((line + "\n").utf8))
    }
}
