package import Keyspace
package import Raft

/// One shard, as placement knows it.
package struct ShardView: Sendable {
    package internal(set) var descriptor: Descriptor
    /// The members of the descriptor's configuration with what the leader says of them.
    package internal(set) var replicas: [ReplicaView]
    /// Nil until a leader has reported to this placement leader: then nothing is decided about the shard (rule 37).
    package internal(set) var leader: ReplicaID?
    /// Size of the live records.
    package internal(set) var bytes: ByteCount = .zero
    /// Number of records.
    package internal(set) var keys: UInt64 = 0
    /// What its leader has to do.
    package internal(set) var load = ShardLoad()
    /// Halves the bytes.
    package internal(set) var middleKey: Key?
    /// Since when another replica leads than before; nil for the first leader that was heard of.
    private var ledSince: Instant?
    /// Since when the load calls for a split, without a break.
    package internal(set) var hotSince: Instant?
    /// Since when the shard is small and quiet enough to merge, without a break.
    package internal(set) var quietSince: Instant?
    /// The cluster's own rows; never split, merged or moved for balance (rule 36).
    package let isSystem: Bool
    /// In the middle of a change of members.
    package internal(set) var isJoint: Bool

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
        replicas = ReplicaRole.members(of: descriptor.configuration).map { member, role in
            ReplicaView(member: member, role: role)
        }
        isSystem = descriptor.range.start < .userStart
        isJoint = descriptor.configuration.isJoint
    }

    /// That of its descriptor.
    package var id: ShardID { descriptor.shard }

    /// The leader's replica, as long as it is a member.
    package var leaderReplica: ReplicaView? {
        replicas.first { $0.member.replica == leader }
    }

    /// Those who go on voting.
    package var voters: [ReplicaView] { replicas.filter { $0.role == .voter } }

    /// Takes over a newer configuration of the same range; what is known of replicas that stay is kept.
    mutating func follow(_ newer: Descriptor) {
        guard newer.epoch != descriptor.epoch else { return }
        let known = replicas
        descriptor = newer
        isJoint = newer.configuration.isJoint
        replicas = ReplicaRole.members(of: newer.configuration).map { member, role in
            var replica = known.first { $0.member == member } ?? ReplicaView(member: member, role: role)
            replica.role = role
            return replica
        }
    }

    /// A shard whose range has changed goes on under its leader, who is counted where it is; all else that was known is
    /// of the former range.
    mutating func keepLeader(of former: ShardView) {
        if replicas.contains(where: { $0.member.replica == former.leader }) { leader = former.leader }
    }

    /// Takes over a report about this very epoch.
    mutating func take(_ report: ShardReport, rules: PlacementRules, now: Instant) {
        if leader != report.leader { ledSince = leader == nil ? nil : now }
        leader = report.leader
        takeFigures(report, isMeasured: ledSince.map { now - $0 >= Self.measureTime } ?? true)
        for position in replicas.indices {
            let status = report.replicas.first { $0.replica == replicas[position].member.replica }
            let isLeader = replicas[position].member.replica == report.leader
            replicas[position].isNear = isLeader || status?.isNear ?? false
            replicas[position].isSuspect = status?.isSuspect ?? false
            let isSilent = status?.isSilent ?? false
            replicas[position].downSince = isSilent ? replicas[position].downSince ?? now : nil
        }
        let isHot = report.load.share >= rules.splitLoad
        hotSince = isHot ? hotSince ?? now : nil
        let isQuiet = rules.isSmallAndQuiet(bytes: bytes, load: load.share)
        quietSince = isQuiet ? quietSince ?? now : nil
    }

    /// A leader measures within this time.
    private static let measureTime = Interval.seconds(5)

    /// Until a new leader has measured, what the former one told is nearer to the truth than nothing: else a busy shard
    /// would be passed on for a quiet one.
    private mutating func takeFigures(_ report: ShardReport, isMeasured: Bool) {
        if isMeasured || report.bytes != .zero {
            bytes = report.bytes
            keys = report.keys
            middleKey = report.middleKey
        }
        let share = min(max(report.load.share, .zero), .most)
        let former = load.share
        load = report.load
        load.share = !isMeasured && share == .zero ? former : share
    }
}
