import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// I23: equal index, equal state, byte by byte: data, descriptor and sessions.
extension Simulation {
    /// Compares the replicas of a shard that have applied the same; all of them at the end, when all is `atRest`.
    func compareReplicas(_ descriptor: Descriptor, atRest: Bool = false) {
        var known: [LogIndex: (node: NodeID, rows: [[UInt8]])] = [:]
        for node in nodes where node.isUp && node.member(of: descriptor.shard) != nil {
            guard let state = node.applier.state(of: descriptor.shard) else { continue }
            storing(node) {
                // A snapshot may be in the store, and the applier not know of it yet.
                guard try Self.isApplied(state.applied, of: descriptor.shard, in: node.engine) else {
                    if atRest { fail("shard \(descriptor.shard): node \(node.id) takes its store for another") }
                    return
                }
                // Until a check has found it out.
                guard atRest || !isRotten(state.descriptor.range, on: node) else { return }
                // Equal index, equal range.
                var rows = try Self.rows(of: state.descriptor, in: node.engine)
                rows.append(Array(state.sessions.encodeCheckpoint().readableBytesView))
                rows.append(DescriptorRecord.encode(state.descriptor))
                if !strayShards.contains(descriptor.shard) { rows.append(state.applied.chain.rawValue.bytes) }
                rows.append(MergeRecord.encode(state.merge))
                let index = state.applied.appliedIndex
                if let other = known[index], other.rows != rows {
                    fail("shard \(descriptor.shard) differs on nodes \(other.node) and \(node.id) at entry \(index)")
                }
                known[index] = known[index] ?? (node.id, rows)
            }
        }
    }

    /// Whether the store is where the applier believes it to be.
    private static func isApplied(
        _ applied: AppliedState, of shard: ShardID, in engine: MemoryEngine
    ) throws(StorageError) -> Bool {
        var isEqual = false
        try ShardRecordKey.appliedState(shard).withBytes { (key) throws(StorageError) in
            _ = try engine.get(key, tier: .disk) { isEqual = [UInt8](copying: $0) == applied.encode() }
        }
        return isEqual
    }

    /// What a replica's state is, besides which replica it is.
    func digest(of state: ShardState, on node: SimulatedNode) -> UInt64 {
        var trace = Trace()
        storing(node) {
            for row in try Self.rows(of: state.descriptor, in: node.engine) {
                trace.note(.applied, 0, ByteBuffer(bytes: row))
            }
        }
        trace.note(.applied, 0, state.sessions.encodeCheckpoint())
        trace.note(.applied, 0, ByteBuffer(bytes: DescriptorRecord.encode(state.descriptor)))
        trace.note(.applied, 0, ByteBuffer(bytes: MergeRecord.encode(state.merge)))
        trace.note(.applied, 0, state.applied.appliedIndex.rawValue, state.applied.lastVersion.rawValue)
        return trace.hash
    }

    /// I31: nodes without a replica of the shard hold nothing of it.
    func checkNothingIsLeft(of descriptor: Descriptor) {
        for node in nodes where node.isUp && node.member(of: descriptor.shard) == nil {
            storing(node) {
                let rows = try Self.rows(of: descriptor, in: node.engine)
                if !rows.isEmpty { fail("node \(node.id) still holds rows of shard \(descriptor.shard)") }
            }
        }
    }

    private static func rows(of descriptor: Descriptor, in engine: MemoryEngine) throws(StorageError) -> [[UInt8]] {
        var rows: [[UInt8]] = []
        let snapshot = try engine.snapshot()
        try descriptor.range.start.bytes.withBytes { (start) throws(StorageError) in
            try descriptor.range.end.bytes.withBytes { (end) throws(StorageError) in
                try snapshot.iterate(from: start, to: end, reverse: false) { key, value in
                    rows.append([UInt8](copying: key) + [0xFF] + [UInt8](copying: value))
                    return true
                }
            }
        }
        return rows
    }
}

extension UInt64 {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: self)
        return bytes
    }
}
