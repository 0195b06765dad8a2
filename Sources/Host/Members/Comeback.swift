import Keyspace
import Raft

/// The way back of one shard's replica that may have forgotten something (rule 15): a conversation with the shard's
/// leader, whoever that is. What has been reached is in the store and in the leader's answers, not here.
struct Comeback: Sendable {
    let shard: ShardID
    /// The newest descriptor that an answer showed.
    var descriptor: Descriptor?
    /// Whom to ask next; nil: whoever comes next in turn.
    var target: NodeID?
    /// Which one of the others that is.
    var turn = 0
    /// The number of the request that waits for its answer; zero for none.
    var number: UInt64 = 0
    /// When to ask next, or to give the answer up.
    var nextAt = Instant.distantPast
    /// What was said last, for people.
    var note = ""

    /// Takes in a descriptor of the shard.
    mutating func learn(_ heard: Descriptor) {
        guard heard.shard == shard else { return }
        if let descriptor, !heard.isNewer(than: descriptor) { return }
        descriptor = heard
    }
}
