import Raft

/// What waits for the applier, in order.
package enum ApplyWork: Sendable {
    case change(ApplyChange)
    case entries(ApplyTask)

    /// A turn's work: changes come before entries.
    package static func of(_ effects: Effects) -> [ApplyWork] {
        effects.applyChanges.map { .change($0) } + effects.applies.map { .entries($0) }
    }

    /// One step: a change by itself, or as many entries as fit one batch, one task per shard. An operation that reads
    /// sees what stands before it in the batch only within its own task (rule 18).
    package enum Round: Sendable {
        case change(ApplyChange)
        case entries([ApplyTask])
    }

    /// The next step of `work` from `next` on, which moves behind it; a batch is closed once it has `byteGoal` bytes.
    package static func nextRound(of work: [ApplyWork], from next: inout Int, byteGoal: Int) -> Round {
        var round: [ApplyTask] = []
        var positions: [ShardID: Int] = [:]
        var bytes = 0
        while next < work.count, round.isEmpty || bytes < byteGoal {
            switch work[next] {
            case .change(let change):
                guard round.isEmpty else { return .entries(round) }
                next += 1
                return .change(change)
            case .entries(let task):
                if let position = positions[task.shard] {
                    guard round[position].replica == task.replica, !round[position].endsAtScan else {
                        return .entries(round)
                    }
                    round[position].entries.append(contentsOf: task.entries)
                    round[position].wantsOutcomes = round[position].wantsOutcomes || task.wantsOutcomes
                    round[position].isAwaited = round[position].isAwaited || task.isAwaited
                } else {
                    positions[task.shard] = round.count
                    round.append(task)
                }
                bytes += task.byteCount
                next += 1
            }
        }
        return .entries(round)
    }
}
