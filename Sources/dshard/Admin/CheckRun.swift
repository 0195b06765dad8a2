import DShardClient
import Keyspace
import Raft
import Wire

/// Has shard after shard checked, and tells how far it has come.
struct CheckRun: Sendable {
    /// Waits as long as a check takes.
    let client: DShardClient
    /// Is asked where the shards are.
    let map: DShardClient
    /// How long a shard may be without a leader.
    let patience: Duration

    /// A shard is read at a limited pace, and others may be read before it.
    static let timeout = Duration.seconds(900)
    /// What a node reads at a time takes turns: more would only slow each other down.
    private static let atOnce = 2
    private static let progressPause = Duration.seconds(2)

    /// The results in the order of the shards.
    func check(_ shards: [ShardID]) async -> CheckView {
        await withTaskGroup(of: CheckView.Result.self) { group in
            var results: [ShardID: CheckView.Result] = [:]
            var told = ContinuousClock.now
            for shard in shards.prefix(Self.atOnce) { group.addTask { await check(shard) } }
            var rest = shards.dropFirst(Self.atOnce)
            for await result in group {
                results[result.shard] = result
                if let shard = rest.popFirst() { group.addTask { await check(shard) } }
                guard ContinuousClock.now - told > Self.progressPause else { continue }
                told = ContinuousClock.now
                let line = "checked \(results.count) of \(shards.count) shards\n"
                try? OpenFile.standardError.write(Array(line.utf8))
            }
            return CheckView(shards: shards.compactMap { results[$0] })
        }
    }

    private func check(_ shard: ShardID) async -> CheckView.Result {
        do throws(ClientError) {
            let check = try await client.check(shard, patience: patience, map: map)
            return CheckView.Result(shard: shard, check: check)
        } catch {
            return CheckView.Result(shard: shard, trouble: error.message)
        }
    }
}
