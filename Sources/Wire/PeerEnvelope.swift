package import Raft

/// A Raft message with its way: whose log, from which replica, to which (rule 29).
package struct PeerEnvelope: Sendable {
    package var shard: ShardID
    package var from: Member
    package var to: Member
    package var message: Message<EncodedEntry>

    package init(shard: ShardID, from: Member, to: Member, message: Message<EncodedEntry>) {
        self.shard = shard
        self.from = from
        self.to = to
        self.message = message
    }
}
