import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// One apply batch in the making, for one shard.
struct ApplyContext {
    let store: any StateStore
    let batch: any StateBatch
    let window: UInt64
    private var recorded: [SessionTable.Recorded] = []
    var newDescriptor: Descriptor?
    /// Shards that splits in this batch made, and those of them that have a replica here.
    var births: [ShardBirth] = []
    var children: [ShardState] = []
    /// Checks in this batch.
    var checks: [AppliedCheck] = []
    /// Whether the merge state has to be written and told, and the sessions as a whole.
    var mergeChanged = false
    var writesCheckpoint = false

    init(store: any StateStore, batch: any StateBatch, window: UInt64) {
        self.store = store
        self.batch = batch
        self.window = window
    }

    /// Whether the entry contains an operation whose outcome depends on what is there.
    static func hasReads(_ entry: Entry<EncodedEntry>) throws(ApplyError) -> Bool {
        guard case .payload(let encoded) = entry.content, !encoded.isSplit, !encoded.isMerge, !encoded.isCheck else {
            return false
        }
        return try CommandBatchView.opening(encoded).reads
    }

    mutating func apply(
        _ entry: Entry<EncodedEntry>, to state: inout ShardState, overlay: inout Overlay, usesOverlay: Bool
    ) throws(ApplyError) -> [CommandOutcome] {
        state.applied.appliedIndex = entry.index
        state.applied.appliedTerm = entry.term
        state.applied.chain.mix(entry.index.rawValue)
        state.applied.chain.mix(entry.term.rawValue)
        switch entry.content {
        case .empty:
            return []
        case .configuration(let configuration):
            let (next, overflow) = state.descriptor.epoch.config.addingReportingOverflow(1)
            guard !overflow else { throw .malformed(.badValue("configuration number")) }
            state.descriptor.configuration = configuration
            state.descriptor.epoch.config = next
            // Whatever id was given out is below the next one, whoever gave it (rule 29).
            let greatest = configuration.members.last?.replica ?? ReplicaID(0)
            if !isPlanted(.reusedReplicaID) {
                state.descriptor.nextReplica = max(state.descriptor.nextReplica, greatest.next)
            }
            newDescriptor = state.descriptor
            for member in configuration.members { state.applied.chain.mix(member.replica.rawValue) }
            return []
        case .payload(let encoded) where encoded.isSplit:
            return try applySplit(encoded, to: &state)
        case .payload(let encoded) where encoded.isCheck:
            return try applyCheck(encoded, to: &state)
        case .payload(let encoded) where encoded.isMerge:
            return try applyMerge(encoded, to: &state)
        case .payload(let encoded):
            return try applyCommands(encoded, &state, &overlay, usesOverlay: usesOverlay)
        }
    }

    /// Changes nothing: what it finds is told by every replica and compared (rule 39).
    private mutating func applyCheck(
        _ encoded: EncodedEntry, to state: inout ShardState
    ) throws(ApplyError) -> [CommandOutcome] {
        let command = try CheckCommand.opening(encoded)
        let position = LogPosition(index: state.applied.appliedIndex, term: state.applied.appliedTerm)
        checks.append(
            AppliedCheck(position: position, chain: state.applied.chain.rawValue, wantsScan: command.wantsScan))
        return []
    }

    private mutating func applyCommands(
        _ encoded: EncodedEntry, _ state: inout ShardState, _ overlay: inout Overlay, usesOverlay: Bool
    ) throws(ApplyError) -> [CommandOutcome] {
        var view = try CommandBatchView.opening(encoded)
        var outcomes: [CommandOutcome] = []
        outcomes.reserveCapacity(view.commandCount)
        state.applied.chain.mix(UInt64(encoded.checksum))
        let milliseconds = view.stamp.milliseconds
        // An entry without operations still moves replicated time (rule 21).
        if !Self.isFrozen(state) { state.applied.lastVersion = max(state.applied.lastVersion, view.stamp) }
        let operations = OperationApply(
            store: store, batch: batch, stampMilliseconds: milliseconds, usesOverlay: usesOverlay)
        while let command = try view.next() {
            skipVersions(command, &state)
            if let outcome = settled(command.header, view, state) {
                state.applied.chain.mix(outcome)
                outcomes.append(outcome)
                continue
            }
            var cursor = view.operations(of: command)
            let outcome = CommandOutcome.done(try operations.apply(&cursor, command, &overlay, &state.applied.chain))
            state.applied.chain.mix(outcome)
            record(command.header, outcome, &state, stampMilliseconds: milliseconds)
            outcomes.append(outcome)
        }
        return outcomes
    }

    /// The outcome of a command that must not be applied (now, or again); nil when it is to be applied.
    private func settled(
        _ header: CommandHeader, _ view: CommandBatchView, _ state: ShardState
    ) -> CommandOutcome? {
        // Checked again at apply: an administrative entry in between may have changed the range (DESIGN §10).
        guard view.epochVersion == state.descriptor.epoch.version || isPlanted(.splitEpochAtProposeOnly) else {
            return .refused(.epochMismatch([state.descriptor]))
        }
        // Whatever the state says of it: it is another shard's to answer soon (rule 33).
        guard !Self.isFrozen(state) else { return .refused(.frozen) }
        guard header.session != 0, !isPlanted(.appliedTwice) else { return nil }
        switch state.sessions.verdict(header, stampMilliseconds: view.stamp.milliseconds, window: window) {
        case .new: return nil
        case .known(let outcome): return outcome
        case .expired: return .refused(.sessionExpired)
        case .full: return .refused(.busy(retryAfterMilliseconds: 1_000, reason: "the shard's session table is full"))
        }
    }

    /// Behind a freeze the state stands still, replicated time included: the replicas come to their end at different
    /// entries, and what is due on one of them must not be so on another (rule 21).
    private static func isFrozen(_ state: ShardState) -> Bool {
        state.merge.frozen != nil && !isPlanted(.mergeWithoutFreezing)
    }

    /// A command's versions are used up whether or not it takes effect (rule 19).
    private func skipVersions(_ command: CommandView, _ state: inout ShardState) {
        guard command.operationCount > 0, !Self.isFrozen(state) else { return }
        let last = command.firstVersion.advanced(by: UInt64(command.operationCount - 1))
        state.applied.lastVersion = max(state.applied.lastVersion, last)
    }

    private mutating func record(
        _ header: CommandHeader, _ outcome: CommandOutcome, _ state: inout ShardState, stampMilliseconds: UInt64
    ) {
        guard header.session != 0 else { return }
        state.sessions.sweep(stampMilliseconds: stampMilliseconds, window: window)
        state.sessions.record(header, outcome, stampMilliseconds: stampMilliseconds)
        recorded.append(
            SessionTable.Recorded(header: header, stampMilliseconds: stampMilliseconds, outcome: outcome))
    }

    /// Writes the shard's `l` records into the batch: applied state always, sessions as a delta or, when the deltas
    /// have grown, as a checkpoint that replaces them.
    mutating func finish(_ state: inout ShardState) {
        let shard = state.descriptor.shard
        if let descriptor = newDescriptor {
            put(ShardRecordKey.descriptor(shard), ByteBuffer(bytes: DescriptorRecord.encode(descriptor)))
        }
        if mergeChanged { put(ShardRecordKey.merge(shard), ByteBuffer(bytes: MergeRecord.encode(state.merge))) }
        if writesCheckpoint { writeCheckpoint(&state) } else if !recorded.isEmpty { finishSessions(&state) }
        if isPlanted(.chainedHashDependsOnBatch) { state.applied.chain.mix(1) }
        put(ShardRecordKey.appliedState(shard), ByteBuffer(bytes: state.applied.encode()))
    }

    private mutating func finishSessions(_ state: inout ShardState) {
        let shard = state.descriptor.shard
        let delta = SessionTable.encodeDelta(recorded)
        let index = state.applied.appliedIndex
        let checkpointAfter = max(ShardState.checkpointAfterBytes, state.checkpointBytes)
        guard state.deltaBytes + delta.readableBytes > checkpointAfter else {
            put(ShardRecordKey.sessionDelta(shard, index: index), delta)
            state.deltas.append(index)
            state.deltaBytes += delta.readableBytes
            return
        }
        writeCheckpoint(&state)
    }

    private func writeCheckpoint(_ state: inout ShardState) {
        let shard = state.descriptor.shard
        let checkpoint = state.sessions.encodeCheckpoint()
        state.checkpointBytes = checkpoint.readableBytes
        put(ShardRecordKey.sessionCheckpoint(shard), checkpoint)
        for index in state.deltas {
            ShardRecordKey.sessionDelta(shard, index: index).withBytes { batch.delete($0) }
        }
        state.deltas.removeAll(keepingCapacity: true)
        state.deltaBytes = 0
        state.applied.sessionsCheckpoint = state.applied.appliedIndex
    }

    private func put(_ key: SmallBytes, _ value: ByteBuffer) {
        key.withBytes { key in batch.put(key, header: value.readableBytesSpan, value: RawSpan()) }
    }
}

extension CheckCommand {
    /// Opens an entry for apply: what cannot be read stops the replica (rule 24).
    fileprivate static func opening(_ entry: EncodedEntry) throws(ApplyError) -> CheckCommand {
        do throws(WireError) { return try CheckCommand(entry) } catch { throw .malformed(error) }
    }
}

extension RequestError {
    /// The shard is being merged: nothing was done, and a moment later somebody will do it.
    static let frozen = RequestError.busy(retryAfterMilliseconds: 5, reason: "the shard is being merged")
}

extension CommandBatchView {
    /// Opens an entry for apply: what cannot be read stops the replica (rule 24).
    static func opening(_ entry: EncodedEntry) throws(ApplyError) -> CommandBatchView {
        do throws(WireError) {
            return try CommandBatchView(entry)
        } catch {
            throw .malformed(error)
        }
    }

    mutating func next() throws(ApplyError) -> CommandView? {
        do throws(WireError) {
            return try nextCommand()
        } catch {
            throw .malformed(error)
        }
    }
}
