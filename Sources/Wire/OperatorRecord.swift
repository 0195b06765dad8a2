package import Keyspace
package import Raft

/// A planned change of a shard as its row keeps it; see `SystemRow+Placement.swift`. What it means is `Placement`'s to
/// say: here are its bytes.
package struct OperatorRecord: Hashable, Sendable {
    package var shard: ShardID
    /// The right neighbour in a merge.
    package var partner: ShardID?
    /// In the order in which they are to be done.
    package var steps: [Step]
    /// Placement's number for it.
    package var priority: UInt8
    /// Why it was planned, for people.
    package var reason: String
    /// How long it may run.
    package var patienceMilliseconds: UInt64
    /// How it ended; nil while it runs.
    package var end: End?

    package init(
        shard: ShardID, partner: ShardID? = nil, steps: [Step], priority: UInt8, reason: String,
        patienceMilliseconds: UInt64, end: End? = nil
    ) {
        self.shard = shard
        self.partner = partner
        self.steps = steps
        self.priority = priority
        self.reason = reason
        self.patienceMilliseconds = patienceMilliseconds
        self.end = end
    }

    /// One proposal to a shard's leader.
    package struct Step: Hashable, Sendable {
        package var shard: ShardID
        /// The leader refuses in any other.
        package var expects: Epoch
        package var action: Action

        package init(shard: ShardID, expects: Epoch, action: Action) {
            self.shard = shard
            self.expects = expects
            self.action = action
        }
    }

    /// What a step asks for.
    package enum Action: Hashable, Sendable {
        case addLearner(Member)
        case promote(Member)
        case enterJoint(incoming: [Member], outgoing: [Member])
        case leaveJoint
        case removeReplica(Member)
        case transferLeader(Member)
        case split(Key)
        case merge(right: ShardID, expects: Epoch, end: Key)
    }

    /// How an operator ended.
    package struct End: Hashable, Sendable {
        /// The version of the row as it was created: the operator's name for people.
        package var operation: UInt64
        /// Why before its last step, for people; nil when it has done what it was for.
        package var failure: String?

        package init(operation: UInt64, failure: String?) {
            self.operation = operation
            self.failure = failure
        }
    }
}
