import Keyspace
package import Raft
package import Storage
import Wire

/// Reads back what the store holds of every replica (rule 16). `l` records alone decide which replicas exist.
package struct Recovery {
    let node: NodeID
    let log: any LogStore
    let state: any StateStore
    let sessionWindowMilliseconds: UInt64

    /// Of `node`, from its stores; the window is `HostLimits.sessionWindowMilliseconds`.
    package init(
        node: NodeID, log: any LogStore, state: any StateStore, sessionWindowMilliseconds: UInt64
    ) {
        self.node = node
        self.log = log
        self.state = state
        self.sessionWindowMilliseconds = sessionWindowMilliseconds
    }

    /// What a start has to go on with.
    package struct Result {
        /// To be added to the host.
        package var replicas: [RestoredReplica] = []
        /// With the state of each replica in it.
        package var applier: Applier
        /// Replicas that may have forgotten something: they are not put to work (rule 15).
        package var suspects: [SuspectReplica] = []
        /// Logs that do not reach their replica's base, since a crash came between a snapshot's data and its log: to
        /// be written before the replicas go to work (rule 16).
        package var resets: [LogTruncation] = []
        /// Votes of replicas that never were here (rule 32).
        package var votes: [(name: LogName, hardState: HardState)] = []
        /// Replicas whose removal was applied and whose data is still here: to be destroyed before the host hears of
        /// anything (rule 29).
        package var removed: [DestroyTask] = []
        /// What the store remembers of replicas that are gone, and will of those in `removed`.
        package var departed = DepartedReplicas()

        /// Whether the store knows of no replica, past or present.
        package var isEmpty: Bool {
            replicas.isEmpty && suspects.isEmpty && removed.isEmpty && departed == DepartedReplicas()
        }
    }

    /// Reads all of it. A replica that cannot be read is a suspect; a store that cannot be read throws, and so does
    /// what a newer program wrote: nothing of that is lost (rule 24).
    package func run() throws(StorageError) -> Result {
        var result = Result(applier: Applier(sessionWindowMilliseconds: sessionWindowMilliseconds))
        result.departed = try DepartedReplicas.read(from: state)
        let logs = try log.allLogs()
        for (shard, records) in try ShardRecords.all(in: try state.snapshot()) {
            do throws(StorageError) {
                try restore(shard, records, into: &result)
            } catch {
                guard error.isOfOneReplica else { throw error }
                // Else its log tells, or the shard's members will (`Comeback`): zero is nobody's.
                let logged = logs.filter { $0.shard == shard }.map(\.replica).max()
                let name = LogName(shard: shard, replica: records.replica(on: node) ?? logged ?? ReplicaID(0))
                result.suspects.append(
                    SuspectReplica(name: name, descriptor: records.descriptor, reason: "\(error)"))
            }
        }
        for task in result.removed { result.departed.bury(task.name) }
        try findVotes(in: logs, &result)
        return result
    }

    /// A log without records of a replica. One that holds a vote and nothing else is a ballot's; what a tombstone
    /// covers is swept. Any other was a replica's, whose records have been lost.
    private func findVotes(in logs: [LogName], _ result: inout Result) throws(StorageError) {
        let known = Set(result.replicas.map(\.descriptor.shard) + result.suspects.map(\.name.shard))
        for name in logs where !known.contains(name.shard) {
            let tombstone = result.departed.tombstones.first { $0.shard == name.shard }
            guard tombstone.map({ $0.replica < name.replica }) ?? true else { continue }
            do throws(StorageError) {
                let found = try log.recover(shard: name.shard, replica: name.replica)
                let hardState = found.hardState ?? HardState()
                guard found.lastIndex == .zero, hardState.commit == .zero else {
                    throw .corruption("its log is here and its records are not")
                }
                result.votes.append((name, hardState))
            } catch {
                guard error.isOfOneReplica else { throw error }
                result.suspects.append(SuspectReplica(name: name, descriptor: nil, reason: "\(error)"))
            }
        }
    }

    private func restore(
        _ shard: ShardID, _ records: ShardRecords, into result: inout Result
    ) throws(StorageError) {
        if let damage = records.damage { throw damage }
        guard let descriptor = records.descriptor, let replica = records.replica(on: node) else {
            throw .corruption("the shard's descriptor or applied state is missing")
        }
        let member = Member(replica: replica, node: node)
        guard descriptor.configuration.member(replica) == member else {
            result.removed.append(
                DestroyTask(name: LogName(shard: shard, replica: replica), range: descriptor.range, returns: false))
            return
        }
        let shardState = try records.shardState(of: replica, window: sessionWindowMilliseconds)
        let (restored, reset) = try restoreLog(shard, member, descriptor, shardState.applied)
        if let reset { result.resets.append(reset) }
        result.replicas.append(
            RestoredReplica(
                descriptor: descriptor, member: member, restored: restored,
                lastVersion: shardState.applied.lastVersion, merge: shardState.merge))
        result.applier.add(shardState)
    }

    /// The consensus state: what the log holds, read against what is applied (rule 16).
    private func restoreLog(
        _ shard: ShardID, _ member: Member, _ descriptor: Descriptor, _ applied: AppliedState
    ) throws(StorageError) -> (restored: Restored<EncodedEntry>, reset: LogTruncation?) {
        var found = try log.recover(shard: shard, replica: member.replica)
        var reset: LogTruncation?
        if applied.appliedIndex == applied.baseIndex, !found.contains(applied.base) {
            // Durable data of a snapshot, and a log that does not know of it: what `Group.install` would have done.
            found = RecoveredLog(
                hardState: found.hardState, truncatedIndex: applied.baseIndex, truncatedTerm: applied.baseTerm,
                lastIndex: applied.baseIndex)
            reset = LogTruncation(
                shard: shard, replica: member.replica, through: applied.baseIndex, term: applied.baseTerm)
        }
        if isPlanted(.childHardStateOverwritten), applied.appliedIndex == .zero { found.hardState = nil }
        var hardState = found.hardState ?? HardState()
        let term = max(hardState.term, applied.baseTerm, applied.appliedTerm)
        // A vote belongs to its term: kept under a greater one it would be a second vote.
        if term > hardState.term { hardState.vote = nil }
        hardState.term = term
        hardState.commit = max(hardState.commit, applied.appliedIndex)
        // The log beyond the base is dropped with what it was a hint about.
        if reset != nil { hardState.commit = applied.appliedIndex }
        let entries = try entries(of: shard, member.replica, after: applied.appliedIndex, through: found.lastIndex)
        let restored = Restored(
            configuration: descriptor.configuration, hardState: hardState,
            truncated: LogPosition(index: found.truncatedIndex, term: found.truncatedTerm),
            applied: LogPosition(index: applied.appliedIndex, term: applied.appliedTerm),
            termRuns: found.termRuns.map { TermRun(first: $0.first, term: $0.term) }, entries: entries,
            lastIndex: found.lastIndex)
        do throws(RestoreError) {
            try restored.validate()
        } catch {
            throw .corruption("the log does not fit the state: \(error)")
        }
        return (restored, reset)
    }

    /// What is not applied, in steps of some size. All of it was in memory before, within the bounds of the groups:
    /// what is not committed, what waits for the applier, and what waits behind a merge (`Limits.barrierBytesMax`).
    private func entries(
        of shard: ShardID, _ replica: ReplicaID, after applied: LogIndex, through last: LogIndex
    ) throws(StorageError) -> [Entry<EncodedEntry>] {
        var entries: [Entry<EncodedEntry>] = []
        var next = applied.next
        while next <= last {
            let step = try log.read(
                shard: shard, replica: replica, from: next, through: last, byteLimit: Self.readBytes)
            // What is missing is told by whoever fits the parts together.
            guard let end = step.last else { break }
            entries += step
            next = end.index.next
        }
        return entries
    }

    private static let readBytes = 4 << 20
}

extension RecoveredLog {
    /// Whether an entry at `position` is, or once was, in this log.
    fileprivate func contains(_ position: LogPosition) -> Bool {
        if position.index < truncatedIndex { return true }
        if position.index == truncatedIndex { return position.term == truncatedTerm }
        guard position.index <= lastIndex else { return false }
        return termRuns.last { $0.first <= position.index }?.term == position.term
    }
}

extension AppliedState {
    /// Where the state came from as a whole.
    var base: LogPosition { LogPosition(index: baseIndex, term: baseTerm) }
}

extension StorageError {
    /// Whether the rest of the store can be gone on with.
    fileprivate var isOfOneReplica: Bool {
        switch consequence {
        case .markReplica, .markNode, .askAgain: true
        case .stopReplica, .endProcess: false
        }
    }
}
