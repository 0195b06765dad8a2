package import Keyspace
import Raft
package import Wire

extension Host {
    /// The addresses of all known nodes.
    package mutating func setAddresses(_ nodes: [NodeAddress]) {
        addresses = nodes.sorted { $0.node < $1.node }
        for node in nodes { addPeer(node.node) }
        addressesNumber += 1
    }

    /// Takes in nodes that the system shard's rows or another node's control frame name. Rows are only added: what is
    /// known already stays as it is, and beyond `HostLimits.nodesMax` nothing is added.
    package mutating func learn(_ nodes: [NodeAddress]) {
        var isNews = false
        for node in nodes where node.node.rawValue > 0 && address(of: node.node) == nil {
            guard addresses.count < limits.nodesMax else { break }
            addresses.append(node)
            addPeer(node.node)
            isNews = true
        }
        guard isNews else { return }
        addresses.sort { $0.node < $1.node }
        addressesNumber += 1
    }

    /// Takes in what another node knows of the system shard (rule 36: the greater epoch wins).
    package mutating func learn(systemShard descriptor: Descriptor) {
        guard descriptor.range == .system else { return }
        if let known = heardSystemShard, !descriptor.isNewer(than: known) { return }
        heardSystemShard = descriptor
    }

    /// The system shard: as its replica here says, else as it was heard of last.
    package var systemShard: Descriptor? {
        replicas.first { $0.descriptor.range == .system && !$0.isRetired }?.descriptor ?? heardSystemShard
    }

    /// What `peer` has to hear of the cluster in the next control frame: nothing, unless there is news for it or the
    /// last time was `HostLimits.gossipInterval` ago, so that idle frames stay small.
    mutating func gossip(to peer: NodeID, now: Instant) -> (systemShard: Descriptor?, nodes: [NodeAddress]) {
        guard let state = peers[peer] else { return (nil, []) }
        guard state.toldNumber != addressesNumber || now - state.toldAt >= limits.gossipInterval else {
            return (nil, [])
        }
        peers[peer]?.toldNumber = addressesNumber
        peers[peer]?.toldAt = now
        return (systemShard, addresses)
    }
}
