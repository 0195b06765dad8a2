package import Keyspace
package import Raft

/// What nodes tell each other about replicas besides Raft's messages (rules 29, 32 and 35).
package enum ReplicaNotice: Sendable, Equatable {
    /// The replica `to` should know this committed descriptor: it does not contain `to`, or has it as a voter though
    /// the receiver said that it is not there.
    case descriptor(to: Member, Descriptor)
    /// The sender has no replica `absent` of this shard; `to` had a message for it.
    case notHere(shard: ShardID, absent: Member, to: Member)
    /// A node's own request, with a number of its own.
    case request(number: UInt64, ReplicaRequest)
    /// The change is applied.
    case changed(number: UInt64, Descriptor)
    /// The change is refused.
    case refused(number: UInt64, RequestError)
    /// For the leader of the system shard: what a shard's leader has applied, to be written into the shard's row.
    case report(Descriptor)
    /// The shard's row is of this epoch now.
    case reported(shard: ShardID, Epoch)
    /// For the leader of the system shard: the sender needs an id for a new shard; the number is its own.
    case reserve(number: UInt64)
    /// That id, which nobody else has got or will get.
    case reserved(number: UInt64, ShardID)
    /// The sender never had the replica `absent`, whose leader is `to`: it begins with a snapshot, in whatever role.
    case wanted(shard: ShardID, absent: Member, to: Member)
    /// The sender leads the system shard in this term, and with it placement: it asks for a `PlacementReport`. Of all
    /// shards that the receiver leads, or only of those that changed.
    case call(term: Term, isForAll: Bool)
    /// A node's own request, with a number of its own, to the leader of a shard: another voter is to lead it. Nothing
    /// is done in any other epoch. Answered by `changed` once the transfer has begun.
    case transfer(number: UInt64, shard: ShardID, Epoch, to: ReplicaID)
    /// A node's own request, with a number of its own, to the leader of a shard: it is to be split. Answered by
    /// `changed`, with what is left of the shard, once the split is applied.
    case split(number: UInt64, SplitRequest)
    /// About merging two shards.
    case merge(MergeNotice)
    /// For the leader `to` that had the shard checked: what a replica of the sender holds.
    case checked(to: Member, CheckReport)
    /// From the leader of this term for a replica of the receiver: it is not what a majority is (rule 39). Or for that
    /// leader, of a replica of the sender.
    case diverged(term: Term, CheckDivergence)
    /// The check whose entry is there is judged or given up: nobody waits for what the receiver still reads for it.
    case checkOver(ShardID, LogPosition)
}
