import Keyspace
import Raft
import Wire

/// A shard, as the admin commands show it.
struct ShardView: Sendable {
    var id: ShardID
    /// The user's bytes; empty at the open ends. The system shard's are empty too.
    var start: [UInt8]
    var end: [UInt8]
    var isSystem: Bool
    var leader: NodeID?
    /// In the order of the replica ids.
    var replicas: [ReplicaView]
    var epoch: Epoch
    var isJoint: Bool
    /// Estimates, of the leader where there is one.
    var sizeBytes: UInt64
    var keys: UInt64

    /// Whether some replica has told them.
    var isMeasured: Bool { replicas.contains { $0.status != nil } }

    /// One replica: where it is, what the descriptor says of it, and what its node says, if it answers.
    struct ReplicaView: Sendable {
        var node: NodeID
        var replica: ReplicaID
        var role: Role
        var status: ShardStatus?
    }

    /// A replica's place in the configuration.
    enum Role: String, Sendable {
        case voter
        case learner
        /// Votes until the change of members that is running has finished.
        case leaving
    }

    /// `reports` are the answers of the nodes that have a replica; `hint` is whom the map takes for the leader, and
    /// counts only when no node says that it leads.
    init(_ descriptor: Descriptor, reports: [(node: NodeID, status: ShardStatus)], hint: NodeID?) {
        id = descriptor.shard
        isSystem = KeyRange.system.contains(descriptor.range.start)
        start = Array(descriptor.range.start.userBytes ?? [])
        end = Array(descriptor.range.end.userBytes ?? [])
        epoch = descriptor.epoch
        isJoint = descriptor.configuration.isJoint
        // Two may believe it for a moment: the later term is right.
        let leading = reports.filter { $0.status.role == .leader }.max { $0.status.term < $1.status.term }
        leader = leading?.node ?? (reports.isEmpty ? hint : nil)
        let best = leading?.status ?? reports.map(\.status).max { $0.applied < $1.applied }
        sizeBytes = best?.sizeBytes ?? 0
        keys = best?.keys ?? 0
        replicas = descriptor.configuration.members.map { member in
            ReplicaView(
                node: member.node, replica: member.replica, role: Role(member, in: descriptor.configuration),
                status: reports.first { $0.node == member.node }?.status)
        }
    }

    /// Replicas whose votes count, and how many of them answer.
    var voters: (all: Int, alive: Int) {
        let voters = replicas.filter { $0.role == .voter }
        return (voters.count, voters.count { $0.status.map { $0.role != .suspect && $0.role != .stopped } ?? false })
    }

    /// The range for people.
    var rangeText: String {
        isSystem ? "system" : "[\(KeyText.encode(start)), \(end.isEmpty ? "∞" : KeyText.encode(end)))"
    }
}

extension ShardView.Role {
    /// The place of `member` in `configuration`.
    init(_ member: Member, in configuration: Configuration) {
        if configuration.voters.contains(member) {
            self = .voter
        } else if configuration.outgoing.contains(member) {
            self = .leaving
        } else {
            self = .learner
        }
    }
}
