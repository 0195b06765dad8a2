package import Keyspace
package import Raft

extension Operator {
    /// One proposal to a shard's leader. There are no other kinds.
    package struct Step: Hashable, Sendable {
        /// Whose leader is asked; another shard than the operator's only before a merge.
        package let shard: ShardID
        /// The leader refuses in any other epoch.
        package let expects: Epoch
        package let action: Action

        package init(shard: ShardID, expects: Epoch, action: Action) {
            self.shard = shard
            self.expects = expects
            self.action = action
        }
    }

    /// What a step asks for.
    package enum Action: Hashable, Sendable {
        /// A new replica that receives the log and does not vote.
        case addLearner(Member)
        /// A learner that has caught up becomes a voter.
        case promote(Member)
        /// Learners that have caught up are to vote, and perhaps voters to go, by way of a joint configuration.
        case enterJoint(incoming: [Member], outgoing: [Member])
        /// The incoming half alone. The shard's leader does so by itself; the step waits for it, or reminds it.
        case leaveJoint
        /// A learner, or one voter, leaves.
        case removeReplica(Member)
        case transferLeader(to: Member)
        /// Keys from here on become a shard of their own.
        case split(at: Key)
        /// The right neighbour, in exactly this epoch, is absorbed; the range then ends at `end`.
        case merge(right: ShardID, expecting: Epoch, end: Key)
    }
}

extension Operator.Step: CustomStringConvertible {
    package var description: String { "\(action) at \(expects)" }
}

extension Operator.Action: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addLearner(let member): "add learner \(Self.text(member))"
        case .promote(let member): "promote \(Self.text(member))"
        case .enterJoint(let incoming, []): "promote \(Self.text(incoming))"
        case .enterJoint(let incoming, let outgoing):
            "replace \(Self.text(outgoing)) by \(Self.text(incoming))"
        case .leaveJoint: "leave joint"
        case .removeReplica(let member): "remove \(Self.text(member))"
        case .transferLeader(let member): "transfer to \(Self.text(member))"
        case .split(let key): "split at \(key)"
        case .merge(let right, let epoch, _): "merge shard \(right) of \(epoch)"
        }
    }

    /// Replica 4 on node 2 is `4@2`.
    static func text(_ member: Member) -> String { "\(member.replica)@\(member.node)" }

    private static func text(_ members: [Member]) -> String { members.map { text($0) }.joined(separator: ",") }
}
