import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Looks at every step of every replica and knows what the whole cluster has committed (RELIABILITY §3, I1–I15, I23).
struct ConsensusChecker {
    private struct Place: Hashable {
        var shard: ShardID
        var node: NodeID
    }

    private struct TermOf: Hashable {
        var shard: ShardID
        var term: Term
    }

    /// What some replica has applied, by index; the first is index 1.
    private struct Committed {
        var term: Term
        var digest: UInt64
        /// Committed in this term at the latest: only leaders of later terms are bound to have it.
        var by: Term
    }

    /// What a replica's disk holds for certain.
    private struct Durable {
        var hardState = HardState()
        var last = LogIndex.zero
    }

    private var leaders: [TermOf: NodeID] = [:]
    private var committed: [ShardID: [Committed]] = [:]
    private var durable: [Place: Durable] = [:]
    /// Votes that were ever durable: one a term, over all lives of the node.
    private var votes: [Place: [Term: ReplicaID]] = [:]

    // MARK: Leaders

    /// After each turn of a node: what those of its replicas claim that had an effect.
    mutating func turned(_ node: SimulatedNode, _ effects: Effects, _ simulation: Simulation) {
        var looked = ShardID(0)
        // Effects of one shard come together: most repetitions are neighbours.
        func look(_ shard: ShardID, _ checker: inout ConsensusChecker) {
            guard shard != looked, let position = node.asking({ $0.position(of: shard) }) else { return }
            looked = shard
            checker.look(at: position, node, simulation)
        }
        for message in effects.messages { look(message.shard, &self) }
        for token in effects.logWrite?.tokens ?? [] { look(token.shard, &self) }
        for task in effects.applies { look(task.shard, &self) }
    }

    /// What all replicas of a node claim.
    mutating func lookAtAll(_ node: SimulatedNode, _ simulation: Simulation) {
        for position in 0..<node.host.replicas.count { look(at: position, node, simulation) }
    }

    /// Looks at a replica where it is: a copy of it is dear.
    private mutating func look(at position: Int, _ node: SimulatedNode, _ simulation: Simulation) {
        if node.seen.count <= position || node.seenLife != node.life {
            node.seen = Array(repeating: Claim(), count: node.host.replicas.count)
            node.seenLife = node.life
        }
        var claim = node.asking { Claim(of: position, in: &$0) }
        let seen = node.seen[position]
        if let mistake = claim.mistake(after: seen) {
            let shard = node.host.replicas[position].descriptor.shard
            simulation.fail("shard \(shard) on node \(node.id): \(mistake)")
        }
        let isNewLeader = claim.ledTerm != .zero && claim.ledTerm != seen.ledTerm
        if claim.ledTerm == .zero { claim.ledTerm = seen.ledTerm }
        node.seen[position] = claim
        if isNewLeader { leads(node.host.replicas[position], node, simulation) }
    }

    /// Paper §5.2: at most one leader a term. Paper §5.4: it has everything that was committed in earlier terms. What
    /// later terms committed it may lack: its votes may arrive after the next leader is at work.
    private mutating func leads(_ replica: Replica, _ node: SimulatedNode, _ simulation: Simulation) {
        let shard = replica.descriptor.shard
        let key = TermOf(shard: shard, term: replica.group.term)
        guard let other = leaders[key] else {
            leaders[key] = node.id
            if replica.group.term > Term(5) { simulation.probes.hit(.secondTerm) }
            return checkCompleteness(replica, node, simulation)
        }
        if other != node.id {
            simulation.fail("shard \(shard) has two leaders in term \(key.term): nodes \(other) and \(node.id)")
        }
    }

    private func checkCompleteness(_ replica: Replica, _ node: SimulatedNode, _ simulation: Simulation) {
        let shard = replica.descriptor.shard
        guard let entries = committed[shard] else { return }
        let first = Int(clamping: replica.group.truncatedIndex.rawValue)
        guard first < entries.count else { return }
        for position in first..<entries.count {
            let index = LogIndex(UInt64(position + 1))
            guard entries[position].by < replica.group.term else { continue }
            guard replica.group.termAt(index) == entries[position].term else {
                return simulation.fail(
                    "shard \(shard): node \(node.id) leads term \(replica.group.term) without committed entry \(index)")
            }
        }
    }

    // MARK: What is applied

    /// State machine safety (paper §5.4.3) and rule 18: each entry is the same, and does the same, everywhere.
    mutating func applied(
        _ task: ApplyTask, _ batch: AppliedBatch, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        let by = node.asking { $0.term(of: task.shard) } ?? .zero
        for (entry, outcome) in zip(task.entries, batch.entries) {
            let digest = Self.digest(entry, outcome)
            let position = Int(clamping: entry.index.rawValue) - 1
            let known = committed[task.shard]?.count ?? 0
            if position == known {
                checkQuorum(entry.index, task.shard, simulation)
                committed[task.shard, default: []].append(Committed(term: entry.term, digest: digest, by: by))
            } else if position > known {
                simulation.fail("shard \(task.shard): entry \(entry.index) is applied after entry \(known)")
            } else if let other = committed[task.shard]?[position],
                other.term != entry.term || other.digest != digest
            {
                simulation.fail(
                    "shard \(task.shard): entry \(entry.index) is another, or did something else, on node \(node.id)")
            }
        }
    }

    /// What is committed is durable on a majority (I11).
    private func checkQuorum(_ index: LogIndex, _ shard: ShardID, _ simulation: Simulation) {
        let holders = simulation.nodes.filter { node in
            (durable[Place(shard: shard, node: node.id)]?.last ?? .zero) >= index
        }
        guard holders.count <= simulation.nodes.count / 2 else { return }
        simulation.fail("shard \(shard): entry \(index) is applied and durable on \(holders.count) nodes only")
    }

    private static func digest(_ entry: Entry<EncodedEntry>, _ outcome: AppliedEntry) -> UInt64 {
        var checksum = Checksum()
        if case .payload(let payload) = entry.content { checksum.add(payload.bytes.readableBytesSpan) }
        var digest = UInt64(checksum.value)
        for outcome in outcome.outcomes {
            guard case .done(let result) = outcome else {
                digest = digest &* 31 &+ 7
                continue
            }
            for item in result.outcomes { digest = digest &* 0x9E37_79B9_7F4A_7C15 &+ Self.number(item) }
        }
        return digest
    }

    private static func number(_ outcome: OperationOutcome) -> UInt64 {
        switch outcome {
        case .put(let version): version.rawValue &* 2
        case .deleted(let existed, let version): version.rawValue &* 4 &+ (existed ? 1 : 3)
        case .swapped(let version): version.rawValue &* 8 &+ 5
        case .conditionFalse(let current): (current?.rawValue ?? 1) &* 16 &+ 11
        }
    }

    // MARK: What is durable

    /// The batch was written and is not synced: what it replaces is no longer certain to survive, what it brings is not
    /// yet.
    mutating func written(_ batch: LogBatch, _ node: SimulatedNode, _ simulation: Simulation) {
        for append in batch.appends {
            let place = Place(shard: append.shard, node: node.id)
            guard let last = durable[place]?.last, append.first <= last else { continue }
            simulation.probes.hit(.logOverwritten)
            durable[place]?.last = append.first.previous
        }
    }

    /// A sync has covered the batch (I8).
    mutating func durable(_ batch: LogBatch, _ node: SimulatedNode, _ simulation: Simulation) {
        for append in batch.appends {
            let place = Place(shard: append.shard, node: node.id)
            durable[place, default: Durable()].last = append.last
        }
        for record in batch.hardStates {
            let place = Place(shard: record.shard, node: node.id)
            note(record.hardState, at: place, simulation)
        }
    }

    private mutating func note(_ state: HardState, at place: Place, _ simulation: Simulation) {
        let known = durable[place, default: Durable()].hardState
        if state.term < known.term {
            simulation.fail("shard \(place.shard) on node \(place.node): term \(known.term) became \(state.term)")
        }
        if let vote = state.vote {
            if let other = votes[place]?[state.term], other != vote {
                simulation.fail("shard \(place.shard) on node \(place.node): two votes in term \(state.term)")
            }
            votes[place, default: [:]][state.term] = vote
        }
        durable[place, default: Durable()].hardState = state
    }

    /// A start has read the replica back: nothing that was durable may be missing.
    /// A log that was reset to a snapshot's base holds nothing beyond it: what was there was no part of it.
    mutating func recovered(
        _ replica: RestoredReplica, isReset: Bool, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        let place = Place(shard: replica.descriptor.shard, node: node.id)
        let known = durable[place, default: Durable()]
        let found = replica.restored
        if found.lastIndex < known.last, !isReset {
            simulation.fail(
                "shard \(place.shard) on node \(place.node) recovered to \(found.lastIndex), \(known.last) was durable")
        }
        if found.hardState.term < known.hardState.term {
            simulation.fail("shard \(place.shard) on node \(place.node) forgot term \(known.hardState.term)")
        }
        if found.hardState.term == known.hardState.term, let vote = known.hardState.vote,
            found.hardState.vote != vote
        {
            simulation.fail("shard \(place.shard) on node \(place.node) forgot its vote in \(known.hardState.term)")
        }
        durable[place] = Durable(hardState: found.hardState, last: found.lastIndex)
        if let vote = found.hardState.vote { votes[place, default: [:]][found.hardState.term] = vote }
    }

    /// A snapshot is in the state, durably: everything up to its base is, and what the log holds beyond it only if that
    /// is the same history.
    mutating func installed(_ offer: SnapshotOffer, keepsLog: Bool, _ node: SimulatedNode) {
        let place = Place(shard: offer.descriptor.shard, node: node.id)
        let last = durable[place, default: Durable()].last
        durable[place, default: Durable()].last = keepsLog ? max(last, offer.position.index) : offer.position.index
    }

    /// Nothing that speaks for the disk leaves before it is there (I9).
    func leaves(_ envelope: PeerEnvelope, _ node: SimulatedNode, _ simulation: Simulation) {
        let place = Place(shard: envelope.shard, node: node.id)
        let held = durable[place] ?? Durable()
        switch envelope.message {
        case .appendReply(let reply):
            guard case .accepted(let match) = reply.outcome else { return }
            if match > held.last || reply.term != held.hardState.term {
                simulation.fail(
                    "shard \(place.shard): node \(place.node) acknowledged entry \(match), \(held.last) is durable")
            }
        case .voteReply(let reply) where reply.isGranted && !reply.isPreVote:
            if held.hardState.term != reply.term || held.hardState.vote != envelope.to.replica {
                simulation.fail("shard \(place.shard): node \(place.node) voted before its vote was durable")
            }
        case .voteReply, .append, .voteRequest, .heartbeat, .heartbeatReply, .timeoutNow: break
        }
    }
}
