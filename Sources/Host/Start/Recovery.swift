import Keyspace
import NIOCore
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
        /// Replicas that may have forgotten something, and why: they are not put to work (rule 15).
        package var suspects: [(name: LogName, reason: String)] = []
    }

    private struct Records {
        var descriptor: Descriptor?
        var applied: AppliedState?
        var checkpoint: ByteBuffer?
        var deltas: [(index: LogIndex, bytes: ByteBuffer)] = []
    }

    /// Reads all of it. A replica that cannot be read is a suspect; a store that cannot be read throws.
    package func run() throws(StorageError) -> Result {
        var result = Result(applier: Applier(sessionWindowMilliseconds: sessionWindowMilliseconds))
        for (shard, records) in try readRecords() {
            do throws(StorageError) {
                let (replica, shardState) = try restore(shard, records)
                result.replicas.append(replica)
                result.applier.add(shardState)
            } catch {
                guard error.consequence != .endProcess else { throw error }
                let member = records.descriptor?.configuration.members.first { $0.node == node }
                let name = LogName(shard: shard, replica: member?.replica ?? ReplicaID(node.rawValue))
                result.suspects.append((name, "\(error)"))
            }
        }
        return result
    }

    /// All `l` records, by shard in order.
    private func readRecords() throws(StorageError) -> [(ShardID, Records)] {
        var found: [(ShardID, Records)] = []
        var failure: StorageError?
        let snapshot = try state.snapshot()
        try ShardRecordKey.all.start.withBytes { (start) throws(StorageError) in
            try ShardRecordKey.all.end.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: false) { key, value in
                    do throws(StorageError) {
                        let (shard, kind, index) = try ShardRecordKey.decode(key)
                        if found.last?.0 != shard { found.append((shard, Records())) }
                        try Self.note(kind, index, value, &found[found.count - 1].1)
                        return true
                    } catch {
                        failure = error
                        return false
                    }
                }
            }
        }
        if let failure { throw failure }
        return found
    }

    private static func note(
        _ kind: ShardRecordKey.Kind, _ index: LogIndex?, _ value: RawSpan, _ records: inout Records
    ) throws(StorageError) {
        switch kind {
        case .descriptor: records.descriptor = try DescriptorRecord.decode(value)
        case .appliedState: records.applied = try AppliedState.decode(value)
        case .sessionCheckpoint: records.checkpoint = buffer(value)
        case .sessionDelta: records.deltas.append((index ?? .zero, buffer(value)))
        }
    }

    private static func buffer(_ span: RawSpan) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeBytes(span)
        return buffer
    }

    private static func decode<R>(_ body: () throws(WireError) -> R) throws(StorageError) -> R {
        do throws(WireError) {
            return try body()
        } catch {
            throw .corruption("a record of the shard cannot be read: \(error)")
        }
    }

    private func restore(
        _ shard: ShardID, _ records: Records
    ) throws(StorageError) -> (RestoredReplica, ShardState) {
        guard let descriptor = records.descriptor, let applied = records.applied,
            let member = descriptor.configuration.members.first(where: { $0.node == node })
        else { throw .corruption("the shard's descriptor or applied state is missing") }
        var shardState = ShardState(descriptor: descriptor, replica: member.replica, applied: applied)
        try Self.decode { () throws(WireError) in
            if isPlanted(.sessionsForgotten) { return }
            if let checkpoint = records.checkpoint {
                shardState.sessions = try SessionTable.decode(checkpoint: checkpoint)
            }
            for delta in records.deltas {
                try shardState.restore(
                    delta: delta.bytes, at: delta.index, window: sessionWindowMilliseconds)
            }
        }
        let restored = try restoreLog(shard, member, descriptor, applied)
        return (
            RestoredReplica(
                descriptor: descriptor, member: member, restored: restored, lastVersion: applied.lastVersion),
            shardState
        )
    }

    /// The consensus state: what the log holds, read against what is applied (rule 16).
    private func restoreLog(
        _ shard: ShardID, _ member: Member, _ descriptor: Descriptor, _ applied: AppliedState
    ) throws(StorageError) -> Restored<EncodedEntry> {
        let found = try log.recover(shard: shard, replica: member.replica)
        var hardState = found.hardState ?? HardState()
        let term = max(hardState.term, applied.baseTerm, applied.appliedTerm)
        // A vote belongs to its term: kept under a greater one it would be a second vote.
        if term > hardState.term { hardState.vote = nil }
        hardState.term = term
        hardState.commit = max(hardState.commit, applied.appliedIndex)
        var entries: [Entry<EncodedEntry>] = []
        if found.lastIndex > applied.appliedIndex {
            entries = try log.read(
                shard: shard, replica: member.replica, from: applied.appliedIndex.next, through: found.lastIndex,
                byteLimit: .max)
        }
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
        return restored
    }
}
