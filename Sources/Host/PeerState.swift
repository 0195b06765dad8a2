import Raft
import Wire

/// What the host keeps for one other node besides its liveness: the numbered news it still has to hear.
struct PeerState: Sendable {
    /// The peer's process (see `Host.boot`); zero before the first contact. Another value voids everything that
    /// was promised to or by the former process (rule 7).
    var boot: UInt64 = 0
    var isConnected = false
    /// The number of the newest control frame sent to it.
    var sequence: UInt64 = 0
    /// Groups whose leader on that node this node's replicas no longer stand by, until the peer confirms.
    var left: [ControlFrame.Left] = []
    var leftNumber: UInt64 = 0
    /// Leaderships given up here that followers on that node must hear of, until the peer confirms.
    var resigned: [ControlFrame.Resigned] = []
    var resignedNumber: UInt64 = 0
    /// The greatest numbers heard *from* the peer; sent back as confirmation.
    var seenLeft: UInt64 = 0
    var seenResigned: UInt64 = 0
    /// Set while the node has not been heard for `HostLimits.silence`; when its groups were last looked at.
    var silentCheckedAt: Instant?
    /// The peer's cluster clock minus ours at its last answer, in milliseconds.
    var clockOffset: Int64?
    /// The greatest synced number heard of this process, and of those before it on the same data directory (rule 14).
    var synced: UInt64 = 0
    var syncedOfFormerProcess: UInt64 = 0
    /// The age of the peer's oldest unfinished log sync, in milliseconds (rule 38).
    var oldestSyncMilliseconds: UInt32 = 0

    /// The state of `Host.addresses` that the peer was last told, and when.
    var toldNumber: UInt64 = 0
    var toldAt = Instant.distantPast

    /// Whether a process was started before another one of the same node.
    static func isEarlier(_ boot: UInt64, than other: UInt64) -> Bool { boot >> 32 < other >> 32 }

    /// A new process there: nothing it was told or said counts any more.
    mutating func restart(boot: UInt64) {
        let heard = max(synced, syncedOfFormerProcess)
        self = PeerState()
        self.boot = boot
        syncedOfFormerProcess = heard
    }

    mutating func noteLeft(shard: ShardID, leader: Member, replica: ReplicaID, term: Term) {
        left.removeAll { $0.shard == shard }
        leftNumber += 1
        left.append(
            ControlFrame.Left(number: leftNumber, shard: shard, leader: leader, replica: replica, term: term))
    }

    mutating func noteResigned(shard: ShardID, replica: ReplicaID, term: Term) {
        resigned.removeAll { $0.shard == shard }
        resignedNumber += 1
        resigned.append(ControlFrame.Resigned(number: resignedNumber, shard: shard, replica: replica, term: term))
    }
}

/// A control frame that wants an answer.
struct OwedAnswer: Sendable {
    var peer: NodeID
    var answer: ControlFrame.Answer
}
