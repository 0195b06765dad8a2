internal import Keyspace
internal import Raft

/// From steps to an operator of the plan.
extension Pass {
    /// Whether the cluster may have one more operator.
    var hasRoom: Bool { running.count + plan.operators.count < limits.operatorsMax }

    /// Plans the steps that `writer` has for the shard at `position`, and counts what they will change.
    mutating func start(
        _ position: Int, _ writer: StepWriter, _ priority: Operator.Priority, _ reason: Operator.Reason
    ) {
        let planned = Operator(
            shard: view.shards[position].id, steps: writer.steps, priority: priority, reason: reason,
            patience: patience(for: writer.steps, bytes: view.shards[position].bytes))
        start(planned, at: [position])
    }

    /// Plans `planned`, whose shards are at `positions`.
    mutating func start(_ planned: Operator, at positions: [Int]) {
        plan.operators.append(planned)
        for position in positions {
            isBusy[position] = true
            isMovable[position] = false
            let shard = view.shards[position].id
            for step in planned.steps where step.shard == shard { foresee(step.action, position) }
        }
    }

    /// How long steps may take: copying goes by size, all else is a matter of seconds.
    func patience(for steps: [Operator.Step], bytes: ByteCount) -> Interval {
        var isTransferOnly = true
        var copySeconds: UInt64 = 0
        for step in steps {
            if !step.action.isTransfer { isTransferOnly = false }
            if case .addLearner = step.action { copySeconds += bytes.rawValue / limits.copyBytesPerSecondMin }
        }
        if isTransferOnly { return limits.transferTime }
        // A year is for ever; more would not fit into an interval.
        let copy = Interval.seconds(Int64(clamping: min(copySeconds, 31_536_000)))
        return Interval(nanoseconds: limits.stepsTime.nanoseconds + copy.nanoseconds)
    }
}
