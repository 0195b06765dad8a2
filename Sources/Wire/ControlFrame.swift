package import Keyspace
package import Raft

/// What a node tells another every 50 ms, for all its shards at once (rule 7). Quiet shards are not listed.
///
/// `left` and `resigned` are *news*: each item carries a running number of the sender, is repeated in every frame, and
/// is dropped by the sender once the receiver's `confirmedLeft` or `confirmedResigned` has reached it.
package struct ControlFrame: Sendable, Equatable {
    /// Counts the sender's frames on this boot.
    package var sequence: UInt64
    /// The sender's clock when it was sent; the answer echoes it.
    package var sentAt: Instant
    /// The newest frame of the receiver that this one answers.
    package var answer: Answer?
    /// Random per start of the process: a new one voids promises to the old.
    package var boot: UInt64
    /// Whether every lane of the sender has turned since the last frame; else nothing is renewed (rule 7).
    package var vouches: Bool
    /// Replicas here that no longer stand by their leader on the receiver's node.
    package var left: [Left]
    /// Replicas here that stopped leading without a known successor.
    package var resigned: [Resigned]
    /// The greatest number of the receiver's `left` news that has been seen.
    package var confirmedLeft: UInt64
    /// The greatest number of the receiver's `resigned` news that has been seen.
    package var confirmedResigned: UInt64
    /// The greatest number of the sender's `left` news so far, dropped ones included.
    package var leftNumber: UInt64
    /// The greatest number of the sender's `resigned` news so far, dropped ones included.
    package var resignedNumber: UInt64
    /// The sender's cluster clock, in milliseconds since 1970 (rule 20).
    package var clusterMilliseconds: UInt64
    /// The sender's data directory (rule 17); `synced` counts within it.
    package var incarnation: UInt64
    /// The sender's synced mark (rule 14).
    package var synced: UInt64
    /// The greatest synced number the sender has heard of the receiver's data directory, from processes before the
    /// one that receives this: a smaller one found at its start proves that the disk was rolled back (rule 14).
    package var heardSynced: UInt64
    /// The age of the sender's oldest unfinished log sync; zero without one (rule 38).
    package var oldestSyncMilliseconds: UInt32
    /// The system shard as far as the sender knows (rule 36).
    package var systemDescriptor: Descriptor?
    /// The addresses of the nodes that the sender knows; empty in most frames, which means no news (rule 36).
    package var nodes: [NodeAddress]

    package init(
        sequence: UInt64, sentAt: Instant, answer: Answer? = nil, boot: UInt64, vouches: Bool, left: [Left] = [],
        resigned: [Resigned] = [], confirmedLeft: UInt64 = 0, confirmedResigned: UInt64 = 0, leftNumber: UInt64 = 0,
        resignedNumber: UInt64 = 0, clusterMilliseconds: UInt64 = 0, incarnation: UInt64 = 0, synced: UInt64 = 0,
        oldestSyncMilliseconds: UInt32 = 0, systemDescriptor: Descriptor? = nil, nodes: [NodeAddress] = [],
        heardSynced: UInt64 = 0
    ) {
        self.sequence = sequence
        self.sentAt = sentAt
        self.answer = answer
        self.boot = boot
        self.vouches = vouches
        self.left = left
        self.resigned = resigned
        self.confirmedLeft = confirmedLeft
        self.confirmedResigned = confirmedResigned
        self.leftNumber = leftNumber
        self.resignedNumber = resignedNumber
        self.clusterMilliseconds = clusterMilliseconds
        self.incarnation = incarnation
        self.synced = synced
        self.heardSynced = heardSynced
        self.oldestSyncMilliseconds = oldestSyncMilliseconds
        self.systemDescriptor = systemDescriptor
        self.nodes = nodes
    }

    /// Names a frame of the receiver.
    package struct Answer: Hashable, Sendable {
        /// That frame's `sequence`.
        package var sequence: UInt64
        /// Echo of that frame's `sentAt`; the clock is the receiver's.
        package var sentAt: Instant

        package init(sequence: UInt64, sentAt: Instant) {
            self.sequence = sequence
            self.sentAt = sentAt
        }
    }

    /// One replica that left its leader: by a vote, a higher term, or its end.
    package struct Left: Hashable, Sendable {
        /// The running number of this news, per sender and receiver; what was confirmed up to it is not repeated.
        package var number: UInt64
        package var shard: ShardID
        /// Who was left.
        package var leader: Member
        /// Who left.
        package var replica: ReplicaID
        /// The term that it stood by no longer.
        package var term: Term

        package init(number: UInt64, shard: ShardID, leader: Member, replica: ReplicaID, term: Term) {
            self.number = number
            self.shard = shard
            self.leader = leader
            self.replica = replica
            self.term = term
        }
    }

    /// One replica that stopped leading a term.
    package struct Resigned: Hashable, Sendable {
        /// The running number of this news, per sender and receiver; what was confirmed up to it is not repeated.
        package var number: UInt64
        package var shard: ShardID
        package var replica: ReplicaID
        package var term: Term

        package init(number: UInt64, shard: ShardID, replica: ReplicaID, term: Term) {
            self.number = number
            self.shard = shard
            self.replica = replica
            self.term = term
        }
    }
}
