import DShardClient
import Raft
import Wire

/// Waits for the end of one operator. Any node that leads placement knows it, also after a change of leaders.
struct OperatorWait: Sendable {
    let client: DShardClient
    let shard: ShardID
    /// The operator's number.
    let id: UInt64

    /// Returns when it is done; throws why it ended early.
    func end() async throws {
        var shown = ""
        while true {
            guard case .operation(let found) = try await client.placement(.operation(of: shard, id: id)) else {
                throw ClientError(.unavailable, "placement gave a strange answer: try again")
            }
            guard let found else {
                throw CommandFailure(
                    .outcomeUnknown,
                    "another change of shard \(shard) has followed meanwhile: see dshard admin shard \(shard)")
            }
            switch found.state {
            case .done: return
            case .failed(let reason):
                throw CommandFailure.refused("shard \(shard): \(reason); see dshard admin why \(shard)")
            case .running: break
            }
            let line = OperatorWait.progress(found)
            if line != shown, OpenFile.standardError.isTerminal { OpenFile.standardError.say(line + "\n") }
            shown = line
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// How far an operator is, in one line.
    static func progress(_ status: OperatorStatus) -> String {
        let done = min(Int(status.done), status.steps.count)
        guard done < status.steps.count else { return "shard \(status.shard): finishing" }
        var line = "shard \(status.shard): step \(done + 1) of \(status.steps.count), \(status.steps[done])"
        if case .running(let waiting?) = status.state { line += " (\(waiting))" }
        return line
    }
}
