import Host
import Keyspace
import NIOCore
import NIOPosix
import Raft
import Storage
import Transport
import Wire

extension Lane {
    /// Why the node does not serve; empty when it does: it reaches a quorum of the system shard and none of its
    /// replicas is suspect.
    func readiness() -> [String] {
        if drain != .serving { return ["shutting down"] }
        if let forgotten = host.forgottenNumber {
            return ["a peer has heard log write \(forgotten) of this node, which its disk has lost"]
        }
        if let suspect = host.suspects.first {
            return ["shard \(suspect.name.shard) is suspect: \(suspect.reason)"]
        }
        guard let system = membership?.shard.replica else {
            guard let membership else { return ["the cluster is not known yet"] }
            return membership.trouble(now: SteadyClock.now()).map { [$0] } ?? []
        }
        return host.reachesQuorum(system, now: SteadyClock.now()) ? [] : ["no quorum of the system shard is reached"]
    }

    /// Moves every leadership that can move; true when none is left.
    func handOver() -> Bool {
        let isDone = host.handOver(now: SteadyClock.now())
        scheduleTurn()
        return isDone
    }

    /// Answers a status request: sizes come from the store, on the read pool.
    func status(_ reference: RequestReference) {
        var shards: [ShardStatus] = []
        for replica in host.replicas where !replica.isRetired {
            shards.append(
                ShardStatus(
                    descriptor: replica.descriptor, role: replica.statusRole,
                    leader: replica.group.leader?.node, term: replica.group.term, commit: replica.group.commitIndex,
                    applied: replica.group.appliedIndex, sizeBytes: 0, keys: 0))
        }
        for suspect in host.suspects {
            guard let descriptor = suspect.descriptor else { continue }
            shards.append(
                ShardStatus(
                    descriptor: descriptor, role: .suspect, leader: nil, term: .zero, commit: .zero,
                    applied: .zero, sizeBytes: 0, keys: 0))
        }
        let own = NodeState(
            address: NodeAddress(
                node: identity.node, address: identity.address, incarnation: identity.incarnation),
            isConnected: true, heardMillisecondsAgo: 0)
        let peers = host.peerStates(now: SteadyClock.now()).map { peer in
            NodeState(
                address: host.address(of: peer.node)
                    ?? NodeAddress(node: peer.node, address: "", incarnation: 0),
                isConnected: peer.isConnected, heardMillisecondsAgo: peer.heardMillisecondsAgo)
        }
        let reasons = readiness()
        let returning = host.comebackNotes.map { "shard \($0.shard) comes back: \($0.text)" }
        let found = NodeStatus(
            node: identity.node, address: identity.address, isReady: reasons.isEmpty,
            reasons: reasons + returning + host.checkNotes,
            shards: shards, nodes: ([own] + peers).sorted { $0.address.node < $1.address.node },
            labels: membership?.labels ?? [:])
        let meter = ShardMeter(store: state)
        readPool.submit { [self] poolState in
            guard case .active = poolState else { return }
            let measured = meter.measure(found)
            loop.execute { [self] in
                respond(reference, .status(measured))
                scheduleTurn()
            }
        }
    }
}

extension Replica {
    var statusRole: ShardStatus.Role {
        switch group.role {
        case .leader: return .leader
        case .candidate, .preCandidate: return .candidate
        case .follower:
            return group.configuration.isVoter(group.member.replica) ? .follower : .learner
        }
    }
}
