import Keyspace
import NIOCore
package import Raft
package import Storage
package import Wire

/// Turns committed entries into one atomic batch and the outcomes of their commands. Pure but for the reads that
/// conditional operations need, which go through the `StateStore` seam. One per lane (rule 34).
///
/// State and outcomes are a function of the log prefix alone: where a batch ends never shows (rule 18).
package struct Applier {
    /// Looked up only.
    private var shards: [ShardID: ShardState] = [:]
    private var overlay = Overlay()
    private let window: UInt64

    package init(sessionWindowMilliseconds: UInt64) {
        window = sessionWindowMilliseconds
    }

    /// Takes in a shard's state, as recovered or newly made; replaces what was known of the same shard.
    package mutating func add(_ state: ShardState) {
        shards[state.descriptor.shard] = state
    }

    /// Follows a change, and puts what it writes into `batch`. The caller writes that by itself, and syncs the end of a
    /// replica before it is reported (`Host.destroyed`).
    package mutating func follow(
        _ change: ApplyChange, store: any StateStore, batch: any StateBatch
    ) throws(ApplyError) -> Followed {
        switch change {
        case .adopt(let state):
            add(state)
            return Followed()
        case .destroy(var task):
            // Another replica of the same shard stays.
            if let state = shards[task.name.shard], state.replica == task.name.replica {
                // A split that was applied since the task was made has given a part of the range away,
                // and a merge has added to it.
                if task.range != nil { task.range = state.descriptor.range }
                shards[task.name.shard] = nil
            }
            task.build(into: batch)
            return Followed(ended: task.name)
        case .returned(let shard):
            NodeKey.returning(shard).withBytes { batch.deleteNode($0) }
            return Followed()
        case .absorb(let task, let right):
            guard let applied = try absorb(task, right, store: store, batch: batch) else { return Followed() }
            return Followed(ended: right, applied: applied)
        }
    }

    /// What has become of a change, to be told in this order once it is written.
    package struct Followed {
        /// What was applied with it.
        package var applied: AppliedBatch?
        /// Whose end it is.
        package var ended: LogName?

        init(ended: LogName? = nil, applied: AppliedBatch? = nil) {
            self.ended = ended
            self.applied = applied
        }
    }

    /// The shard's state after the last `apply`; nil for a shard that is not applied here.
    package func state(of shard: ShardID) -> ShardState? { shards[shard] }

    /// Builds the batch of one task. The caller writes the batch and only then reports what is returned here.
    /// An error stops the replica: its memory may be ahead of its disk, so it must not go on (rule 24).
    package mutating func apply(
        _ task: ApplyTask, store: any StateStore, batch: any StateBatch
    ) throws(ApplyError) -> AppliedBatch? {
        guard let index = shards.index(forKey: task.shard) else { return nil }
        guard shards.values[index].replica == task.replica else { return nil }
        var context = ApplyContext(store: store, batch: batch, window: window)
        overlay.clear()
        var usesOverlay = false
        for entry in task.entries where !usesOverlay && !isPlanted(.applyDependsOnBatch) {
            usesOverlay = try ApplyContext.hasReads(entry)
        }
        var reported: [AppliedEntry] = []
        for entry in task.entries {
            guard entry.index == shards.values[index].applied.appliedIndex.next else {
                throw .gap(expected: shards.values[index].applied.appliedIndex.next, found: entry.index)
            }
            let outcomes = try context.apply(
                entry, to: &shards.values[index], overlay: &overlay, usesOverlay: usesOverlay)
            if task.wantsOutcomes {
                reported.append(AppliedEntry(index: entry.index, term: entry.term, outcomes: outcomes))
            }
        }
        context.finish(&shards.values[index])
        let applied = shards.values[index].applied
        let merge = context.mergeChanged ? shards.values[index].merge : nil
        let sessions = shards.values[index].sessions.load
        // Only now: it moves what `index` names.
        for child in context.children { add(child) }
        return AppliedBatch(
            shard: task.shard, replica: task.replica, through: applied.appliedIndex,
            throughTerm: applied.appliedTerm, lastVersion: applied.lastVersion, byteCount: task.byteCount,
            isAwaited: task.isAwaited, entries: reported, descriptor: context.newDescriptor,
            births: context.births, checks: context.checks, merge: merge, sessions: sessions)
    }

    /// Builds the batch of an entry that makes the shard of `right` a part of the task's shard. Nil when the task's
    /// replica is not here any more: then `right` stays.
    private mutating func absorb(
        _ task: ApplyTask, _ right: LogName, store: any StateStore, batch: any StateBatch
    ) throws(ApplyError) -> AppliedBatch? {
        guard var state = shards[task.shard], state.replica == task.replica, let entry = task.entries.first,
            case .payload(let encoded) = entry.content, case .absorb(let command) = try MergeCommand.opening(encoded)
        else { return nil }
        guard entry.index == state.applied.appliedIndex.next else {
            throw .gap(expected: state.applied.appliedIndex.next, found: entry.index)
        }
        guard let other = shards[right.shard], other.replica == right.replica,
            other.applied.appliedIndex >= command.frozen.index, ApplyContext.takesEffect(command, state)
        else { throw .malformed(.badValue("absorb of a shard that is not ready")) }
        var context = ApplyContext(store: store, batch: batch, window: window)
        _ = context.absorb(command, entry, right: other, into: &state)
        context.finish(&state)
        shards[right.shard] = nil
        shards[task.shard] = state
        return AppliedBatch(
            shard: task.shard, replica: task.replica, through: entry.index, throughTerm: entry.term,
            lastVersion: state.applied.lastVersion, byteCount: task.byteCount, isAwaited: true,
            entries: [AppliedEntry(index: entry.index, term: entry.term, outcomes: [])],
            descriptor: context.newDescriptor, merge: state.merge, sessions: state.sessions.load)
    }
}

/// Why applying cannot go on.
package enum ApplyError: Error, Equatable, Sendable {
    /// The store failed; what the process does depends on the kind (rules 15, 38).
    case storage(StorageError)
    /// The entry cannot be read: this replica stops (rule 24).
    case malformed(WireError)
    /// Entries are missing: a bug of ours, or a log that is not what was committed.
    case gap(expected: LogIndex, found: LogIndex)

    /// Whether nothing is wrong with the replica itself: the disk failed.
    package var endsProcess: Bool {
        if case .storage(let error) = self { return error.consequence == .endProcess }
        return false
    }

    /// Whether the whole store cannot be believed.
    package var isStoreCorruption: Bool {
        if case .storage(let error) = self { return error.consequence == .markNode }
        return false
    }
}
