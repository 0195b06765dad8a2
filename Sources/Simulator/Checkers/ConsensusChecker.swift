import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Looks at every step of every replica and knows what the whole cluster has committed (RELIABILITY §3, I1–I15, I23).
struct ConsensusChecker {
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
        /// The true time at which it was known to be.
        var at: Int64
    }

    /// What a replica's disk holds for certain.
    struct Durable {
        var hardState = HardState()
        var last = LogIndex.zero
        /// The position of the snapshot that it came from: so far the state holds what the log may lack.
        var base = LogIndex.zero
        /// The term of that position: a start takes at least it, whatever the record says.
        var baseTerm = Term.zero

        /// Term and vote as a start would find them. The record itself may come later than the snapshot, and be older:
        /// it was on its way.
        var effective: HardState { baseTerm > hardState.term ? HardState(term: baseTerm) : hardState }
    }

    /// Which configurations and replicas there are.
    var members: MembershipChecker

    private var leaders: [TermOf: Member] = [:]
    private var committed: [ShardID: [Committed]] = [:]
    var durable: [LogName: Durable] = [:]
    /// Votes that were ever durable: one a term, over all lives of the node.
    var votes: [LogName: [Term: ReplicaID]] = [:]

    init(_ record: BootstrapRecord) { members = MembershipChecker(record) }

    /// The last entry that some replica has applied.
    func lastCommitted(_ shard: ShardID) -> LogIndex { LogIndex(UInt64(committed[shard]?.count ?? 0)) }

    /// The last entry that a leader of that term knew to be committed at that true time, for certain.
    func committed(_ shard: ShardID, by term: Term, at time: Int64) -> LogIndex {
        let position = committed[shard]?.lastIndex { $0.by <= term && $0.at <= time }
        return LogIndex(UInt64(position.map { $0 + 1 } ?? 0))
    }

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
        for position in 0..<node.host.replicas.count where !node.host.replicas[position].isRetired {
            look(at: position, node, simulation)
            lookAtMembers(position, node, simulation)
        }
    }

    /// Looks at a replica where it is: a copy of it is dear.
    private mutating func look(at position: Int, _ node: SimulatedNode, _ simulation: Simulation) {
        if node.seenLife != node.life {
            node.seen.removeAll()
            node.seenLife = node.life
        }
        while node.seen.count <= position { node.seen.append(Claim()) }
        var claim = node.asking { Claim(of: position, in: &$0) }
        let seen = node.seen[position]
        if let mistake = claim.mistake(after: seen) {
            let shard = node.host.replicas[position].descriptor.shard
            simulation.fail("shard \(shard) on node \(node.id): \(mistake)")
        }
        if claim.ledTerm != .zero, node.asking({ $0.replicas[position].group.hasUnappliedConfiguration }) {
            lookAtProposals(position, claim.ledTerm, node, simulation)
        }
        if claim.ledTerm != .zero, claim.ledTerm == seen.ledTerm, claim.truncated > seen.truncated {
            lookAtTruncation(claim, position, node, simulation)
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
            leaders[key] = replica.group.member
            if replica.group.term > Term(5) { simulation.probes.hit(.secondTerm) }
            return checkCompleteness(replica, node, simulation)
        }
        if other != replica.group.member {
            simulation.fail(
                "shard \(shard) has two leaders in term \(key.term): nodes \(other.node) and \(node.id)")
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

    /// What is wrong with the head of a snapshot (I14): it must be of a committed entry, and say what was in force.
    func mistake(in offer: SnapshotOffer) -> String? {
        // What a split made, before its first entry.
        if offer.position == LogPosition() { return members.mistake(in: offer) }
        let entries = committed[offer.descriptor.shard] ?? []
        let position = Int(clamping: offer.position.index.rawValue) - 1
        guard entries.indices.contains(position) else { return "which is not known to be committed" }
        guard entries[position].term == offer.position.term else { return "of another term than the entry" }
        return members.mistake(in: offer)
    }

    // MARK: What is applied

    /// State machine safety (paper §5.4.3) and rule 18: each entry is the same, and does the same, everywhere.
    mutating func applied(
        _ task: ApplyTask, _ batch: AppliedBatch, _ node: SimulatedNode, _ simulation: Simulation
    ) {
        let own = node.asking { $0.term(of: task.shard) } ?? .zero
        for (entry, outcome) in zip(task.entries, batch.entries) {
            let digest = Self.digest(entry, outcome)
            let position = Int(clamping: entry.index.rawValue) - 1
            let known = committed[task.shard]?.count ?? 0
            if position == known {
                if case .configuration(let configuration) = entry.content {
                    members.commits(configuration, at: entry.index, entry.term, of: task.shard, simulation)
                }
                checkQuorum(entry.index, task.shard, simulation)
                committed[task.shard, default: []].append(
                    Committed(term: entry.term, digest: digest, by: max(own, entry.term), at: simulation.now))
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

    /// What is committed is durable on a quorum of a configuration that was in force (I11).
    private func checkQuorum(_ index: LogIndex, _ shard: ShardID, _ simulation: Simulation) {
        let isHeld = members.possible(at: index, of: shard).contains { configuration in
            configuration.hasQuorum { member in
                (durable[LogName(shard: shard, replica: member.replica)]?.last ?? .zero) >= index
            }
        }
        if !isHeld { simulation.fail("shard \(shard): entry \(index) is applied and not durable on a quorum") }
    }

    private static func digest(_ entry: Entry<EncodedEntry>, _ outcome: AppliedEntry) -> UInt64 {
        var checksum = Checksum()
        if case .payload(let payload) = entry.content { checksum.add(payload.bytes.readableBytesSpan) }
        var digest = UInt64(checksum.value)
        if case .configuration(let configuration) = entry.content {
            for member in configuration.voters + configuration.outgoing + configuration.learners {
                digest = digest &* 31 &+ member.replica.rawValue
            }
        }
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
}
