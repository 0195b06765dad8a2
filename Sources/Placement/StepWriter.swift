internal import Keyspace
internal import Raft

/// Writes the steps of one shard and foresees the epoch that each will find.
///
/// Every entry that changes members raises `config` by one; so entering and leaving a joint configuration raise it by
/// two. A split or merge raises `version`. A transfer raises nothing.
struct StepWriter {
    private let shard: ShardID
    private(set) var epoch: Epoch
    private var nextReplica: ReplicaID
    private(set) var steps: [Operator.Step] = []

    init(_ descriptor: Descriptor) {
        shard = descriptor.shard
        epoch = descriptor.epoch
        nextReplica = descriptor.nextReplica
    }

    mutating func addLearner(on node: NodeID) -> Member {
        let member = Member(replica: nextReplica, node: node)
        nextReplica = ReplicaID(nextReplica.rawValue &+ 1)
        change(.addLearner(member))
        return member
    }

    mutating func promote(_ member: Member) { change(.promote(member)) }

    mutating func remove(_ member: Member) { change(.removeReplica(member)) }

    /// A replacement of voters is two entries: into the joint configuration and out of it.
    mutating func replace(_ outgoing: [Member], by incoming: [Member]) {
        change(.enterJoint(incoming: incoming, outgoing: outgoing))
        change(.leaveJoint)
    }

    mutating func leaveJoint() { change(.leaveJoint) }

    mutating func transfer(to member: Member) { append(.transferLeader(to: member)) }

    mutating func split(at key: Key) { append(.split(at: key)) }

    mutating func merge(_ right: Descriptor, at epoch: Epoch) {
        append(.merge(right: right.shard, expecting: epoch, end: right.range.end))
    }

    private mutating func change(_ action: Operator.Action) {
        append(action)
        epoch.config &+= 1
    }

    private mutating func append(_ action: Operator.Action) {
        steps.append(Operator.Step(shard: shard, expects: epoch, action: action))
    }
}
