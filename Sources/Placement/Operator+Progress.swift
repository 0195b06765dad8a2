package import Keyspace
package import Raft

extension Operator {
    /// How far an operator has come. It is read from the shards, never from what was sent (rule 37).
    package enum Progress: Hashable, Sendable {
        /// This step is the next to be proposed, or is under way.
        case running(step: Int)
        /// The last step has taken effect.
        case finished
        /// It cannot go on; what it has done so far stays, and repair finishes or undoes it.
        case failed(Failure)
    }

    /// Why an operator ended before its last step.
    package enum Failure: Hashable, Sendable {
        /// Somebody else changed the shard.
        case epochPassed(expected: Epoch, found: Epoch)
        /// The shard is not in the map any more.
        case shardGone(ShardID)
        /// It took too long; the step it was at.
        case timedOut(step: Int)
        /// A node that was to take something over cannot any more.
        case nodeLost(NodeID)
        /// A merge needs every replica, and one is down.
        case replicaDown(ShardID, NodeID)
        /// Something more urgent needs the shard, and nothing was done yet.
        case preempted(by: Priority)
    }

    /// Where the operator stands with its shards as they are.
    package func progress(shards find: (ShardID) -> ShardView?) -> Progress {
        var next = steps.count
        // From the end, since later steps undo the traces of earlier ones: who was made leader may lose that again.
        while next > 0, !isDone(next - 1, find) { next -= 1 }
        guard next < steps.count else { return .finished }
        let step = steps[next]
        guard let shard = find(step.shard) else { return .failed(.shardGone(step.shard)) }
        guard shard.descriptor.epoch == step.expects else {
            return .failed(.epochPassed(expected: step.expects, found: shard.descriptor.epoch))
        }
        // A partner that has become another one does not become again what was planned for.
        if case .merge(let right, let expected, _) = step.action, let found = find(right)?.descriptor.epoch,
            found != expected
        {
            return .failed(.epochPassed(expected: expected, found: found))
        }
        return .running(step: next)
    }

    private func isDone(_ position: Int, _ find: (ShardID) -> ShardView?) -> Bool {
        let step = steps[position]
        guard let shard = find(step.shard) else { return false }
        let configuration = shard.descriptor.configuration
        let hasChanged = shard.descriptor.epoch.config > step.expects.config
        switch step.action {
        case .addLearner(let member): return hasChanged && configuration.member(member.replica) == member
        case .promote(let member): return hasChanged && configuration.voters.contains(member)
        case .enterJoint(let incoming, let outgoing):
            return hasChanged && incoming.allSatisfy(configuration.voters.contains)
                && !outgoing.contains(where: configuration.voters.contains)
        case .leaveJoint:
            // Not being joint says nothing if it was not this operator's joint configuration. Whoever has come where
            // that leads is through, in whatever steps: nobody leaves a joint configuration that there is not.
            return !configuration.isJoint && (position == 0 ? hasChanged : isDone(position - 1, find))
        case .removeReplica(let member): return hasChanged && configuration.member(member.replica) == nil
        case .transferLeader(let member): return shard.leader == member.replica
        case .split(let key): return shard.descriptor.range.end <= key
        case .merge(_, _, let end): return shard.descriptor.range.end >= end
        }
    }
}

extension Operator.Failure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .epochPassed(let expected, let found): "the shard is at \(found), expected \(expected)"
        case .shardGone(let shard): "shard \(shard) is gone"
        case .timedOut(let step): "step \(step + 1) took too long"
        case .nodeLost(let node): "node \(node) cannot take it any more"
        case .replicaDown(let shard, let node): "shard \(shard) has a replica on node \(node) that is down"
        case .preempted(let priority): "gives way to \(priority)"
        }
    }
}
