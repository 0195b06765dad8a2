import Host
import Keyspace
import Raft
import Storage
import Wire

/// What the server's start does with what the disk holds (rules 14–16), and SUSPECT.
extension Simulation {
    func recover(_ node: SimulatedNode) {
        let recovery = Recovery(
            node: node.id, log: node.engine, state: node.engine,
            sessionWindowMilliseconds: limits.sessionWindowMilliseconds)
        storing(node) {
            var result = try recovery.run()
            for suspect in result.suspects where !node.hasLost {
                fail("node \(node.id) cannot trust \(suspect.name) after a sound start: \(suspect.reason)")
            }
            checker.members.remembers(result.departed, on: node.id, hasLost: node.storeSuspicion != nil, self)
            setSuspectsAside(&result, node)
            // A disk that has lost what it had confirmed may have kept a later change of the ranges.
            ranges.checkDisjoint(result.replicas.map(\.descriptor), node, self)
            guard try finish(result, node) else { return }
            node.applier = result.applier
            node.host.mayHaveForgotten = node.hasLost
            node.host.recoveredNumber = node.engine.recoveredNumber
            node.host.add(result.suspects, departed: result.departed)
            node.host.add(result.votes)
            for vote in result.votes { checker.recovered(vote.hardState, at: vote.name, self) }
            for replica in result.replicas {
                if replica.merge.frozen != nil { probes.hit(.frozenAtStart) }
                let isReset = result.resets.contains { $0.shard == replica.descriptor.shard }
                checker.recovered(replica, isReset: isReset, node, self)
                node.host.add(replica, seed: processes.next(), now: instant(node))
            }
        }
    }

    /// Takes those out of `result` that are marked suspect, and marks those that could not be read.
    private func setSuspectsAside(_ result: inout Recovery.Result, _ node: SimulatedNode) {
        for suspect in result.suspects { mark(suspect, node) }
        if let reason = node.storeSuspicion {
            for replica in result.replicas {
                let name = LogName(shard: replica.descriptor.shard, replica: replica.member.replica)
                mark(SuspectReplica(name: name, descriptor: replica.descriptor, reason: reason), node)
            }
            node.storeSuspicion = nil
        }
        let tombstones = result.departed.tombstones
        // A crash came between the end of its data and that of its mark.
        node.suspicions.removeAll { suspect in
            tombstones.contains { $0.shard == suspect.name.shard && $0.replica >= suspect.name.replica }
        }
        let unreadable = result.suspects
        for suspect in node.suspicions where !unreadable.contains(where: { $0.name == suspect.name }) {
            let replica = result.replicas.first {
                $0.descriptor.shard == suspect.name.shard && $0.member.replica == suspect.name.replica
            }
            result.suspects.append(
                SuspectReplica(name: suspect.name, descriptor: replica?.descriptor, reason: suspect.reason))
        }
        result.replicas.removeAll { replica in
            node.suspicions.contains {
                $0.name == LogName(shard: replica.descriptor.shard, replica: replica.member.replica)
            }
        }
    }

    private func mark(_ suspect: SuspectReplica, _ node: SimulatedNode) {
        if !node.suspicions.contains(where: { $0.name == suspect.name }) { node.suspicions.append(suspect) }
    }

    /// Finishes what a crash has left half done. False when another crash comes in between.
    private func finish(_ result: Recovery.Result, _ node: SimulatedNode) throws(StorageError) -> Bool {
        for task in result.removed {
            probes.hit(.removedAtStart)
            checker.members.ends(task.name, on: node.id, self)
            let batch = node.engine.makeBatch()
            task.build(into: batch)
            guard reachesDisk(node) else { return false }
            try node.engine.write(batch, writer: 1)
        }
        var known = result.replicas.map { LogName(shard: $0.descriptor.shard, replica: $0.member.replica) }
        known += result.suspects.map(\.name)
        known += result.votes.map(\.name)
        let orphans = try node.engine.allLogs().filter { !known.contains($0) }
        let resets = result.resets.filter { known.contains($0.name) }
        if !resets.isEmpty { probes.hit(.logResetAtStart) }
        guard !orphans.isEmpty || !resets.isEmpty || !result.removed.isEmpty else { return true }
        guard reachesDisk(node) else { return false }
        try node.engine.sync()
        for task in result.removed { checker.members.ended(task.name, on: node.id) }
        guard reachesDisk(node) else { return false }
        try node.engine.write(LogBatch(resets: resets, destroys: orphans))
        guard reachesDisk(node) else { return false }
        try node.engine.sync()
        return true
    }

    /// A replica takes no part any more: SUSPECT remembers it. On a disk that has lost nothing only those that were
    /// said to be unreadable may be.
    func suspected(_ suspect: SuspectReplica, _ node: SimulatedNode) {
        if suspect.reason.hasPrefix(Host.divergencePrefix) { return foundOut(suspect, node) }
        guard suspect.reason == Self.badBlock || node.hasLost else {
            return fail("node \(node.id) suspects \(suspect.name): \(suspect.reason)")
        }
        if suspect.reason != Self.badBlock { probes.hit(.voterForgotten) }
        mark(suspect, node)
    }

    private func foundOut(_ suspect: SuspectReplica, _ node: SimulatedNode) {
        guard mayBeFoundOut(suspect.name, suspect.descriptor, on: node) else {
            return fail("node \(node.id) takes a sound replica out of service: \(suspect.name): \(suspect.reason)")
        }
        probes.hit(.foundOut)
        checker.members.loses(node.id, only: suspect.name)
        mark(suspect, node)
    }

    func cleared(_ name: LogName, _ node: SimulatedNode) {
        probes.hit(.suspectCleared)
        node.suspicions.removeAll { $0.name == name }
    }

    /// Why a replica was said to be unreadable.
    static let badBlock = "a block does not read"
}
