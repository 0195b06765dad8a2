import Foundation
import Keyspace
import NIOCore
import Raft
import Wire

extension Formation {
    /// What a running cluster gave a node that it took in.
    struct Joined: Sendable {
        var node: NodeID
        var cluster: ClusterID
        /// All nodes, the new one too.
        var nodes: [NodeAddress]
        var systemShard: Descriptor
    }

    /// A node that says it belongs to another cluster.
    struct Foreign: Sendable {
        var address: String
        var cluster: ClusterID
    }

    /// How many nodes in a row may send the caller on to another one.
    private static let hopsMax = 4

    /// Asks the nodes at `seeds`, and those they name, until the cluster has taken in the node at `address`, or
    /// recorded its labels if it is a member already. With `says`, tells the operator each few seconds whom it waits
    /// for.
    func join(
        through seeds: [String], as address: String, labels: [String: String], says: Bool
    ) async throws(NodeStartError) -> Joined {
        let request = FormationRequest.join(address: address, incarnation: own.incarnation, labels: labels)
        var pause = Duration.milliseconds(100)
        var noticed = ContinuousClock.now
        while true {
            var trouble: [(address: String, reason: String)] = []
            for seed in seeds {
                if let joined = try await join(through: seed, request, &trouble) { return joined }
            }
            if says, ContinuousClock.now - noticed >= Self.notice {
                noticed = ContinuousClock.now
                for (address, reason) in trouble {
                    Self.say("waiting for \(address) (\(reason)): not in the cluster yet")
                }
            }
            try await Self.pause(pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func join(
        through seed: String, _ request: FormationRequest, _ trouble: inout [(address: String, reason: String)]
    ) async throws(NodeStartError) -> Joined? {
        var target = seed
        for _ in 0..<Self.hopsMax {
            switch await ask(target, request) {
            case .success(.joined(let node, let cluster, let nodes, let systemShard)):
                return Joined(node: node, cluster: cluster, nodes: nodes, systemShard: systemShard)
            case .success(.refused(let line)):
                switch JoinRefusal(line: line) {
                case .ask(let next): target = next
                case .wait(let reason):
                    trouble.append((target, reason))
                    return nil
                case .final(let reason): throw NodeStartError(reason)
                }
            case .success:
                trouble.append((target, "unexpected answer"))
                return nil
            case .failure(let failure):
                trouble.append((target, failure.reason))
                return nil
            }
        }
        trouble.append((target, "its nodes do not agree on a leader"))
        return nil
    }

    /// A node at `addresses` that belongs to another cluster than `cluster`; nil when none says so soon.
    func foreignNode(to cluster: ClusterID, at addresses: [String]) async -> Foreign? {
        var announcement = own
        announcement.state = .member(cluster)
        let question = FormationRequest.announce(announcement)
        return await withTaskGroup(of: Foreign?.self) { tasks in
            for address in addresses where address != own.address {
                tasks.addTask {
                    let reply = await ask(address, question, timeout: .milliseconds(300))
                    guard case .success(.announced(let theirs)) = reply, case .member(let other) = theirs.state,
                        other != cluster
                    else { return nil }
                    return Foreign(address: address, cluster: other)
                }
            }
            return await tasks.reduce(nil) { $0 ?? $1 }
        }
    }

    /// One line for the operator.
    static func say(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
