import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// A split at the applier (rule 32). Both parts are changes of the one batch, so that a crash leaves both or neither;
/// the rows of the data stay where they are.
extension ApplyContext {
    mutating func applySplit(
        _ encoded: EncodedEntry, to state: inout ShardState
    ) throws(ApplyError) -> [CommandOutcome] {
        let command = try SplitCommand.opening(encoded)
        // The leader proposes it for the epoch that it knows; what was in the log before it decides (rule 27).
        guard command.epoch == state.descriptor.epoch, !state.merge.isBusy,
            let parts = state.descriptor.split(at: command.key, child: command.child, first: command.first)
        else {
            state.applied.chain.mix(UInt64(encoded.checksum))
            return [.refused(.epochMismatch([state.descriptor]))]
        }
        // Both parts begin a new chain (rule 39).
        state.applied.chain = ChainedHash()
        let node = state.descriptor.configuration.member(state.replica)?.node
        let replica = parts.child.configuration.members.first { $0.node == node }?.replica
        state.descriptor = parts.parent
        newDescriptor = parts.parent
        try bear(parts.child, as: replica, from: state)
        return []
    }

    /// The new shard's own records. Nothing of it is in the log yet, so there is no hard state to write: what the
    /// replica will have promised and voted stands behind this batch, and survives only with it (rule 12).
    private mutating func bear(
        _ child: Descriptor, as replica: ReplicaID?, from parent: ShardState
    ) throws(ApplyError) {
        let lastVersion = parent.applied.lastVersion
        guard let replica, try !isGone(replica, of: child.shard) else {
            // It was removed from here before it came: what it had goes at once, nobody would look after it.
            child.range.start.bytes.withBytes { start in
                child.range.end.bytes.withBytes { batch.deleteRange(from: start, to: $0) }
            }
            return births.append(ShardBirth(descriptor: child, replica: nil, lastVersion: lastVersion))
        }
        try checkAbsent(child.shard)
        let applied = AppliedState(
            appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero, lastVersion: lastVersion,
            sessionsCheckpoint: .zero)
        // A command that was applied before is known on both sides (rule 22).
        var state = ShardState(
            descriptor: child, replica: replica, applied: applied, sessions: parent.sessions)
        // What is left of a shard that became part of the parent may lie in the child's range (rule 29).
        state.merge.absorbed = parent.merge.absorbed
        let sessions = parent.sessions.encodeCheckpoint()
        state.checkpointBytes = sessions.readableBytes
        let target = isPlanted(.splitNotAtomic) ? store.makeBatch() : batch
        Self.put(ShardRecordKey.replica(child.shard), ByteBuffer(bytes: ReplicaRecord.encode(replica)), target)
        Self.put(ShardRecordKey.descriptor(child.shard), ByteBuffer(bytes: DescriptorRecord.encode(child)), target)
        Self.put(ShardRecordKey.appliedState(child.shard), ByteBuffer(bytes: applied.encode()), target)
        Self.put(ShardRecordKey.sessionCheckpoint(child.shard), sessions, target)
        if !state.merge.absorbed.isEmpty {
            Self.put(ShardRecordKey.merge(child.shard), ByteBuffer(bytes: MergeRecord.encode(state.merge)), target)
        }
        if isPlanted(.splitNotAtomic) { try? store.write(target, writer: 1) }
        children.append(state)
        births.append(
            ShardBirth(
                descriptor: child, replica: replica, lastVersion: lastVersion, absorbed: state.merge.absorbed))
    }

    /// Whether this replica, or a later one of the shard, was destroyed here (rule 29).
    private func isGone(_ replica: ReplicaID, of shard: ShardID) throws(ApplyError) -> Bool {
        var read: Result<ReplicaID?, StorageError> = .success(nil)
        do throws(StorageError) {
            try NodeKey.tombstone(shard).withBytes { (key) throws(StorageError) in
                _ = try store.getNode(key) { value in
                    read = Result { () throws(StorageError) in
                        try NodeKey.decodeTombstone(key: key, value: value).replica
                    }
                }
            }
            return try read.get().map { $0 >= replica } ?? false
        } catch {
            throw .storage(error)
        }
    }

    /// An id is given out once, and a snapshot cannot have come into a range that the parent had (rule 30): a shard
    /// that is here already is a mistake which must not spread.
    private func checkAbsent(_ shard: ShardID) throws(ApplyError) {
        var isHere = births.contains { $0.descriptor.shard == shard }
        do throws(StorageError) {
            try ShardRecordKey.descriptor(shard).withBytes { (key) throws(StorageError) in
                _ = try store.get(key, tier: .disk) { _ in isHere = true }
            }
        } catch {
            throw .storage(error)
        }
        guard !isHere else { throw .malformed(.badValue("a split makes a shard that is here already")) }
    }

    private static func put(_ key: SmallBytes, _ value: ByteBuffer, _ batch: any StateBatch) {
        key.withBytes { key in batch.put(key, header: value.readableBytesSpan, value: RawSpan()) }
    }
}

extension SplitCommand {
    /// Opens an entry for apply: what cannot be read stops the replica (rule 24).
    fileprivate static func opening(_ entry: EncodedEntry) throws(ApplyError) -> SplitCommand {
        do throws(WireError) { return try SplitCommand(entry) } catch { throw .malformed(error) }
    }
}
