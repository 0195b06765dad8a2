import Keyspace
import Raft
import Wire

/// One shard as the router needs it: a descriptor and what was learnt about its replicas.
struct RouteTarget: Sendable {
    /// Internal key bytes, space byte included.
    let start: [UInt8]
    /// Exclusive.
    let end: [UInt8]
    let stamp: RouteStamp
    /// The nodes of the voters, in descriptor order; asked in turn while no leader is known.
    let nodes: [NodeID]
    /// Who is thought to lead.
    var leader: NodeID?
    /// Whose turn it is while no leader is known.
    var turn = 0

    init(_ descriptor: Descriptor, leader: NodeID?) {
        start = descriptor.range.start.bytes
        end = descriptor.range.end.bytes
        stamp = RouteStamp(shard: descriptor.shard, version: descriptor.epoch.version)
        nodes = descriptor.configuration.voters.map(\.node)
        self.leader = leader
    }
}
