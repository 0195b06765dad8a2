import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Merges at the applier (rule 33). What decides is in the log of the left shard: of `absorb` and `abort` the first
/// that finds the intent pending counts.
extension ApplyContext {
    /// A step other than an `absorb` that takes effect, which needs the right shard's state.
    mutating func applyMerge(
        _ encoded: EncodedEntry, to state: inout ShardState
    ) throws(ApplyError) -> [CommandOutcome] {
        let isDone: Bool
        switch try MergeCommand.opening(encoded) {
        case .intent(let epoch, let merge, let right, let rightEpoch):
            isDone = intend(epoch, merge, MergeState.Intent(right: right, epoch: rightEpoch), &state)
        case .freeze(let epoch, let left, let merge):
            let position = LogPosition(index: state.applied.appliedIndex, term: state.applied.appliedTerm)
            isDone = freeze(epoch, MergeState.Frozen(left: left, merge: merge, position: position), &state)
        case .absorb(let absorb):
            guard !Self.takesEffect(absorb, state) else { throw .malformed(.badValue("absorb without its shard")) }
            isDone = false
        case .abort(let merge):
            isDone = state.merge.intent != nil && state.merge.last == merge
            if isDone { state.merge.intent = nil }
        case .unfreeze(let left, let merge):
            isDone = unfreeze(left, merge, &state)
        }
        guard isDone else { return [.refused(.epochMismatch([state.descriptor]))] }
        mergeChanged = true
        return []
    }

    private func intend(
        _ epoch: Epoch, _ merge: UInt64, _ intent: MergeState.Intent, _ state: inout ShardState
    ) -> Bool {
        // Its number is the next one: a merge that an earlier leader began is over.
        guard epoch == state.descriptor.epoch, !state.merge.isBusy, merge == state.merge.last &+ 1,
            !state.descriptor.configuration.isJoint
        else { return false }
        state.merge.last = merge
        state.merge.intent = intent
        return true
    }

    private func freeze(_ epoch: Epoch, _ frozen: MergeState.Frozen, _ state: inout ShardState) -> Bool {
        guard epoch == state.descriptor.epoch || isPlanted(.lateFreezeAccepted), !state.merge.isBusy,
            !state.descriptor.configuration.isJoint
        else { return false }
        state.merge.frozen = frozen
        return true
    }

    /// In a version of its own: what was asked of the former one, and comes late, does not freeze it again.
    private mutating func unfreeze(_ left: ShardID, _ merge: UInt64, _ state: inout ShardState) -> Bool {
        guard let frozen = state.merge.frozen, frozen.left == left, frozen.merge == merge else { return false }
        state.merge.frozen = nil
        state.descriptor.epoch.version += 1
        newDescriptor = state.descriptor
        return true
    }

    /// Whether the merge is the one that is pending, of the shard as it was meant.
    static func takesEffect(_ absorb: MergeCommand.Absorb, _ state: ShardState) -> Bool {
        state.merge.awaits(absorb) && state.descriptor.absorbing(absorb.right) != nil
    }

    /// Makes `right`, which is frozen there, a part of the shard: one batch, so that a crash leaves both or one.
    mutating func absorb(
        _ absorb: MergeCommand.Absorb, _ entry: Entry<EncodedEntry>, right: ShardState, into state: inout ShardState
    ) -> Bool {
        guard let whole = state.descriptor.absorbing(absorb.right) else { return false }
        state.applied.appliedIndex = entry.index
        state.applied.appliedTerm = entry.term
        // Of another range (rule 39).
        state.applied.chain = ChainedHash()
        state.descriptor = whole
        newDescriptor = whole
        state.merge.intent = nil
        state.merge.absorb(right.descriptor.shard, right.merge.absorbed)
        mergeChanged = true
        if !isPlanted(.mergeLastVersionLost) {
            state.applied.lastVersion = max(state.applied.lastVersion, absorb.lastVersion)
        }
        // A command that was applied before is known, whichever of the two it went to (rule 22).
        if !isPlanted(.sessionsNotUnited) { state.sessions.unite(with: right.sessions) }
        writesCheckpoint = true
        let (start, end) = ShardRecordKey.range(right.descriptor.shard)
        start.withBytes { start in end.withBytes { batch.deleteRange(from: start, to: $0) } }
        guard !isPlanted(.absorbWithoutTombstone) else { return true }
        NodeKey.tombstone(right.descriptor.shard).withBytes { key in
            NodeKey.tombstoneValue(right.replica, absorbedBy: state.descriptor.shard).withBytes {
                batch.putNode(key, value: $0)
            }
        }
        return true
    }
}

extension MergeCommand {
    /// Opens an entry for apply: what cannot be read stops the replica (rule 24).
    static func opening(_ entry: EncodedEntry) throws(ApplyError) -> MergeCommand {
        do throws(WireError) { return try MergeCommand(entry) } catch { throw .malformed(error) }
    }
}

extension MergeState {
    /// Whether this is the end of the merge that is pending.
    func awaits(_ absorb: MergeCommand.Absorb) -> Bool {
        guard !isPlanted(.absorbAndAbortBoth) else { return absorb.merge == last }
        return absorb.merge == last && intent == Intent(right: absorb.right.shard, epoch: absorb.right.epoch)
    }
}
