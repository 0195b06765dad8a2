import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Snapshots, changes of members and replicas that may have forgotten something, as the server does them.
extension HostCluster {
    func performReplicaWork(_ effects: Effects, _ node: ClusterNode) {
        for envelope in effects.snapshotMessages {
            noteSnapshot(envelope)
            var buffer = ByteBuffer()
            envelope.encode(into: &buffer)
            post(.frame(buffer), from: node, to: nodes[Int(envelope.to.node.rawValue) - 1], .bulk)
        }
        for (_, notice) in effects.notices.filter({ $0.peer == node.id }) {
            // Both shards of a merge may be led here.
            after(0, on: node) { [self] in
                node.host.receive(notice, from: node.id, now: instant(node))
                scheduleTurn(node)
            }
        }
        for (peer, notice) in effects.notices where peer != node.id {
            var buffer = ByteBuffer()
            notice.encode(into: &buffer)
            post(.frame(buffer), from: node, to: nodes[Int(peer.rawValue) - 1], .control)
        }
        node.suspicions += effects.suspicions
        node.suspicions.removeAll { effects.cleared.contains($0.name) }
        giveUpScans(effects.scansOver, node)
        node.snapshotMailbox += effects.snapshotTasks
        snapshotNext(node)
    }

    // MARK: Changes of members

    /// Asks the shard's leader for a change, on condition of its present epoch; returns the request's number, or nil
    /// without a leader.
    func ask(_ shard: ShardID, _ change: (Descriptor) -> ReplicaChange?) -> UInt64? {
        guard let node = leader(of: shard), let descriptor = node.host.replica(of: shard)?.descriptor,
            let change = change(descriptor)
        else { return nil }
        let number = nextRequest
        nextRequest += 1
        node.host.change(
            ReplicaRequest(shard: shard, epoch: descriptor.epoch, change: change),
            from: RequestReference(connection: 0, id: number), now: instant(node))
        scheduleTurn(node)
        return number
    }

    /// Asks the shard's leader for a split, on condition of its present epoch; returns the request's number.
    func split(_ shard: ShardID, at key: Key, child: ShardID) -> UInt64? {
        guard let node = leader(of: shard), let descriptor = node.host.replica(of: shard)?.descriptor else {
            return nil
        }
        let number = nextRequest
        nextRequest += 1
        node.host.split(
            SplitRequest(shard: shard, epoch: descriptor.epoch, key: key), child: child,
            from: RequestReference(connection: 0, id: number), now: instant(node))
        scheduleTurn(node)
        return number
    }

    /// Asks the shard's leader to absorb its right neighbour, as both are now; returns the request's number.
    func merge(_ shard: ShardID, with right: ShardID) -> UInt64? {
        guard let node = leader(of: shard), let descriptor = node.host.replica(of: shard)?.descriptor,
            let neighbour = node.host.replica(of: right)?.descriptor
        else { return nil }
        let number = nextRequest
        nextRequest += 1
        node.host.merge(
            MergeRequest(shard: shard, epoch: descriptor.epoch, right: right, rightEpoch: neighbour.epoch),
            from: RequestReference(connection: 0, id: number), now: instant(node))
        scheduleTurn(node)
        return number
    }

    func noteChange(_ answer: Answer) {
        switch answer.body {
        case .descriptor(let descriptor): changeAnswers[answer.reference.id] = .success(descriptor)
        case .descriptors(let parts): splitAnswers[answer.reference.id] = parts
        case .checked(let check): checkAnswers[answer.reference.id] = check
        case .failure(let error): changeAnswers[answer.reference.id] = .failure(error)
        default: history.fail("an answer of another kind: \(answer.body)")
        }
    }

    /// Has a change done, whatever it takes, within a time; returns the descriptor after it. `change` gives nil once it
    /// is done, for attempts of which nothing certain was heard.
    func complete(
        _ shard: ShardID, milliseconds: Int = 10_000, _ change: (Descriptor) -> ReplicaChange?
    ) -> Descriptor? {
        let end = now + Int64(milliseconds) * 1_000_000
        while now < end {
            guard let number = ask(shard, change) else {
                if let descriptor = descriptor(of: shard), !descriptor.configuration.isJoint,
                    change(descriptor) == nil
                {
                    return descriptor
                }
                run(milliseconds: 20)
                continue
            }
            run(milliseconds: 2_000) { changeAnswers[number] != nil }
            if case .success(let descriptor) = changeAnswers[number] { return descriptor }
            run(milliseconds: 20)
        }
        return nil
    }

    /// The shard as its leader has applied it.
    func descriptor(of shard: ShardID) -> Descriptor? {
        leader(of: shard)?.host.replica(of: shard)?.descriptor
    }

    private func noteSnapshot(_ envelope: SnapshotEnvelope) {
        switch envelope.message {
        case .chunk: snapshots.chunks += 1
        case .accept(let progress) where progress.chunks > 0: snapshots.resumed += 1
        case .installed: snapshots.installed += 1
        default: break
        }
    }

    private func snapshotNext(_ node: ClusterNode) {
        guard !node.isSnapshotting, !node.snapshotMailbox.isEmpty else { return }
        node.isSnapshotting = true
        after(random.draw(20...(random.chance(5) ? 30_000 : 1_000)), on: node) { [self] in
            let task = node.snapshotMailbox.removeFirst()
            storing(node) {
                guard let event = try node.workshop.perform(task) else { return }
                // Done, but the lane does not know yet.
                after(random.draw(0...1_000), on: node) { [self] in
                    node.host.completed(event, now: instant(node))
                    scheduleTurn(node)
                }
            }
            node.isSnapshotting = false
            snapshotNext(node)
        }
    }

    /// Puts the replicas to work that the disk holds, as the server's start does.
    func recover(_ node: ClusterNode) {
        storing(node) {
            let recovery = Recovery(
                node: node.id, log: node.engine, state: node.engine,
                sessionWindowMilliseconds: limits.sessionWindowMilliseconds)
            var result = try recovery.run()
            for suspect in result.suspects {
                history.fail("node \(node.id): \(suspect.name) is suspect: \(suspect.reason)")
            }
            for task in result.removed {
                let batch = node.engine.makeBatch()
                task.build(into: batch)
                try node.engine.write(batch, writer: 1)
            }
            node.suspicions.removeAll { suspect in
                result.departed.tombstones.contains {
                    $0.shard == suspect.name.shard && $0.replica >= suspect.name.replica
                }
            }
            result.replicas.removeAll { replica in
                node.suspicions.contains {
                    $0.name == LogName(shard: replica.descriptor.shard, replica: replica.member.replica)
                }
            }
            let known =
                result.replicas.map { LogName(shard: $0.descriptor.shard, replica: $0.member.replica) }
                + node.suspicions.map(\.name) + result.votes.map(\.name)
            try node.engine.sync()
            try node.engine.write(
                LogBatch(
                    resets: result.resets.filter { known.contains($0.name) },
                    destroys: try node.engine.allLogs().filter { !known.contains($0) }))
            try node.engine.sync()
            node.applier = result.applier
            node.host.add(node.suspicions, departed: result.departed)
            node.host.add(result.votes)
            for replica in result.replicas { node.host.add(replica, seed: random.next(), now: instant(node)) }
        }
    }
}
