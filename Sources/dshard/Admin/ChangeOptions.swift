import ArgumentParser
import DShardClient
import Keyspace
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
        let accepted = try await admin.client.withClient(settings) { client in
            let accepted = try await ChangeOptions.accepted(request, client)
            if isWaiting { try await ChangeOptions.follow { try await accepted.end(client) } }
            return accepted
        }
        if isWaiting, format == .table { return try ChangeOptions.print(done) }
        try accepted.print(format, state: isWaiting ? "done" : "running")
    }

    /// Has an operator made, waits for its end unless that is not wanted, and prints the shards that have come of it,
    /// `count` of them: those for which `isResult` is true, given the operator's shard. Returns once all of them are
    /// led, or after a few seconds: the change is done in any case.
    func run(
        _ request: PlacementRequest, shows count: Int, _ isResult: @escaping @Sendable (ShardID, Descriptor) -> Bool
    ) async throws {
        let settings = Settings.process
        let format = try settings.value(admin.output, "output", default: OutputFormat.table)
        let isWaiting = try !settings.isOn(noWait, "no-wait")
        let (accepted, shown) = try await admin.client.withClient(settings) { client in
            let accepted = try await ChangeOptions.accepted(request, client)
            guard isWaiting else { return (accepted, [ShardView]()) }
            try await ChangeOptions.follow { try await accepted.end(client) }
            // Only to be shown: that they cannot be seen now does not undo the change.
            let shown = try? await ChangeOptions.ledShards(client, count) { isResult(accepted.shard, $0) }
            return (accepted, shown ?? [])
        }
        guard isWaiting else { return try accepted.print(format, state: "running") }
        guard !shown.isEmpty else { return try accepted.print(format, state: "done") }
        guard format == .json else {
            return try OpenFile.standardOutput.write(Array(ClusterView.text(shown).utf8))
        }
        var json = JSONText()
        json.append(shown)
        try ChangeOptions.print(json.text)
    }

    private static func ledShards(
        _ client: DShardClient, _ count: Int, _ isResult: (Descriptor) -> Bool
    ) async throws -> [ShardView] {
        var found: Set<ShardID> = []
        for _ in 0..<100 {
            let routes = try await client.routes(includingSystem: false).routes.filter { isResult($0.descriptor) }
            found = Set(routes.map(\.descriptor.shard))
            if routes.count == count, routes.allSatisfy({ $0.leader != nil }) { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try await AdminOptions.view(client, asksPlacement: false).shards.filter { found.contains($0.id) }
    }

    /// Runs what follows on a request that was accepted: whatever keeps this command from seeing its end leaves the
    /// outcome open.
    static func follow<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as ClientError {
            throw CommandFailure(
                .outcomeUnknown,
                "the change was accepted, and its end was not seen (\(error.message)): see dshard admin operators")
        }
    }

    /// Has a change recorded. What merely evens things out on the shard is waited for.
    static func accepted(_ request: PlacementRequest, _ client: DShardClient) async throws -> AcceptedChange {
        let end = ContinuousClock.now + busyTime
        while true {
            do throws(ClientError) {
                if case .accepted(let operation, let shard) = try await client.placement(request) {
                    return AcceptedChange(operation: operation, shard: shard)
                }
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
