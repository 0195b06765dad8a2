import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// What must be true at the end of every story.
extension HostCluster {
    /// Every acknowledged write is there, and every counter stands where its increments put it.
    func readEverything() {
        let client = clients[0]
        for shard in descriptors.indices {
            for number in 0...2 {
                begin(.get(Fixture.key(shard, number)), client)
                run(milliseconds: 5_000) { client.operation == nil }
                if client.operation != nil { history.fail("a read is not answered within 5 s") }
            }
            let counter = Fixture.key(shard, 0)
            let increments = clients.reduce(UInt64(0)) { $0 + ($1.increments[counter] ?? 0) }
            let counted = history.lastValue(of: counter).map { UInt64(bytes: $0) } ?? 0
            if counted != increments { history.fail("\(counter) is \(counted) after \(increments) increments") }
        }
    }

    /// Rule 7 and rule 18: all members of a quiet cluster come to the same end; and nothing is left elsewhere.
    func compareReplicas() throws {
        run(milliseconds: 8_000) { isLevel }
        guard isLevel else { return history.fail("the replicas do not reach the same index: \(story)") }
        for first in descriptors {
            let descriptor = try #require(self.descriptor(of: first.shard))
            var rows: [[UInt8]]?
            for node in nodes {
                let own = try self.rows(of: descriptor, on: node)
                guard descriptor.configuration.members.contains(where: { $0.node == node.id }) else {
                    if !own.isEmpty { history.fail("node \(node.id) has rows of shard \(descriptor.shard)") }
                    continue
                }
                let state = try #require(node.applier.state(of: descriptor.shard))
                let all = own + [Array(state.sessions.encodeCheckpoint().readableBytesView)]
                if let rows, rows != all { history.fail("shard \(descriptor.shard) differs on node \(node.id)") }
                rows = all
            }
        }
    }

    /// Where every replica is.
    private var story: String {
        var lines: [String] = []
        for node in nodes {
            for replica in node.host.replicas where !replica.isRetired {
                let group = replica.group
                let configuration = group.configuration
                lines.append(
                    "node \(node.id) shard \(replica.descriptor.shard) replica \(group.member.replica) "
                        + "\(group.role) term \(group.term) log \(group.truncatedIndex)…\(group.lastIndex) "
                        + "persisted \(group.persistedIndex) commit \(group.commitIndex) "
                        + "applied \(group.appliedIndex) epoch \(replica.descriptor.epoch) "
                        + "voters \(configuration.voters.map(\.replica)) out \(configuration.outgoing.map(\.replica)) "
                        + "learners \(configuration.learners)")
            }
            lines.append("node \(node.id) suspects \(node.host.suspects.map(\.name)) \(node.host.comebackNotes)")
        }
        return lines.joined(separator: "\n")
    }

    private func rows(of descriptor: Descriptor, on node: ClusterNode) throws -> [[UInt8]] {
        try Rows.replicated(of: descriptor, in: node.engine).map { $0.key + [0xFF] + $0.value }
    }

    /// Whether all members have applied the same, to the end of their logs, and nobody else is left.
    var isLevel: Bool {
        descriptors.allSatisfy { first in
            guard let descriptor = self.descriptor(of: first.shard), !descriptor.configuration.isJoint else {
                return false
            }
            let members = descriptor.configuration.members.map(\.node)
            let applied = nodes.map { node in
                let applied = node.applier.state(of: descriptor.shard)?.applied.appliedIndex
                guard members.contains(node.id) else { return applied == nil ? LogIndex?.none : .zero }
                return applied == node.host.replica(of: descriptor.shard)?.group.lastIndex ? applied : .zero
            }
            let known = applied.compactMap { $0 }
            return known.count == members.count && known.allSatisfy { $0 != .zero && $0 == known[0] }
        }
    }
}
