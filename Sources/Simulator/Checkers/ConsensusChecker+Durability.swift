import Host
import Keyspace
import Raft
import Storage
import Wire

/// What is durable (I8, I9): term, votes and log of each replica, over all lives of its node.
extension ConsensusChecker {
    /// The batch was written and is not synced: what it replaces is no longer certain to survive, what it brings is not
    /// yet.
    mutating func written(_ batch: LogBatch, _ node: SimulatedNode, _ simulation: Simulation) {
        for append in batch.appends {
            let place = LogName(shard: append.shard, replica: append.replica)
            guard let last = durable[place]?.last, append.first <= last else { continue }
            simulation.probes.hit(.logOverwritten)
            let base = durable[place]?.base ?? .zero
            durable[place]?.last = max(append.first.previous, base)
        }
    }

    /// A sync has covered the batch (I8).
    mutating func durable(_ batch: LogBatch, _ node: SimulatedNode, _ simulation: Simulation) {
        for append in batch.appends {
            let place = LogName(shard: append.shard, replica: append.replica)
            let base = durable[place]?.base ?? .zero
            durable[place, default: Durable()].last = max(append.last, base)
        }
        for record in batch.hardStates {
            let place = LogName(shard: record.shard, replica: record.replica)
            note(record.hardState, at: place, simulation)
        }
    }

    private mutating func note(_ state: HardState, at place: LogName, _ simulation: Simulation) {
        let known = durable[place, default: Durable()].hardState
        if state.term < known.term {
            simulation.fail("\(place): term \(known.term) became \(state.term)")
        }
        if let vote = state.vote {
            if let other = votes[place]?[state.term], other != vote {
                simulation.fail("\(place): two votes in term \(state.term)")
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
        let place = LogName(shard: replica.descriptor.shard, replica: replica.member.replica)
        let known = durable[place, default: Durable()]
        let hardState = known.effective
        let found = replica.restored
        if found.lastIndex < known.last, !isReset {
            simulation.fail(
                "\(place) on node \(node.id) recovered to \(found.lastIndex), \(known.last) was durable")
        }
        if found.hardState.term < hardState.term {
            simulation.fail("\(place) on node \(node.id) forgot term \(hardState.term)")
        }
        if found.hardState.term == hardState.term, let vote = hardState.vote, found.hardState.vote != vote {
            simulation.fail("\(place) on node \(node.id) forgot its vote in \(hardState.term)")
        }
        members.recovers(place)
        durable[place] = Durable(hardState: found.hardState, last: found.lastIndex)
        if let vote = found.hardState.vote { votes[place, default: [:]][found.hardState.term] = vote }
    }

    /// The same of a vote that was given without a replica.
    mutating func recovered(_ hardState: HardState, at place: LogName, _ simulation: Simulation) {
        note(hardState, at: place, simulation)
    }

    /// A snapshot is in the state, durably: everything up to its base is, and what the log holds beyond it only if that
    /// is the same history.
    mutating func installed(_ offer: SnapshotOffer, as place: LogName, keepsLog: Bool) {
        let last = durable[place, default: Durable()].last
        durable[place, default: Durable()].last = keepsLog ? max(last, offer.position.index) : offer.position.index
        durable[place]?.base = offer.position.index
        durable[place]?.baseTerm = offer.position.term
    }

    /// Nothing that speaks for the disk leaves before it is there (I9).
    func leaves(_ envelope: PeerEnvelope, _ node: SimulatedNode, _ simulation: Simulation) {
        let place = LogName(shard: envelope.shard, replica: envelope.from.replica)
        let held = durable[place] ?? Durable()
        let hardState = held.effective
        switch envelope.message {
        case .appendReply(let reply):
            guard case .accepted(let match) = reply.outcome else { return }
            if match > held.last || reply.term != hardState.term {
                simulation.fail(
                    "\(place): node \(node.id) acknowledged entry \(match), \(held.last) is durable")
            }
        case .voteReply(let reply) where reply.isGranted && !reply.isPreVote:
            if hardState.term != reply.term || hardState.vote != envelope.to.replica {
                simulation.fail("\(place): node \(node.id) voted before its vote was durable")
            }
            if node.host.replica(of: envelope.shard) == nil { simulation.probes.hit(.ballotCast) }
        case .voteReply, .append, .voteRequest, .heartbeat, .heartbeatReply, .timeoutNow: break
        }
    }
}
