package import Keyspace
package import NIOCore
package import Raft

/// What a shard's log says of its merges (rule 33); part of its applied state, and of its snapshots.
/// ```
/// mergeState := last:u64 flags:u8 [right:u64 version:u64 config:u64, if bit 0]
///               [left:u64 merge:u64 index:u64 term:u64, if bit 1] absorbedCount:u32 shard:u64*      flags: no others
/// ```
package struct MergeState: Hashable, Sendable {
    /// The number of the last merge with a right neighbour, pending or over; zero for none.
    package var last: UInt64 = 0
    /// The neighbour that merge `last` is about, while it is pending.
    package var intent: Intent?
    /// Why the shard takes nothing; nil when it does.
    package var frozen: Frozen?
    /// Shards that became part of this one, or of one that it was split off from, by merges of its own or of those
    /// shards, the latest last. Of each somebody may still have a replica, which is in the way of whoever has the keys.
    package var absorbed: [ShardID] = []

    package init() {}

    /// The right neighbour, in the only epoch in which it may be absorbed.
    package struct Intent: Hashable, Sendable {
        /// Whom the merge is about.
        package var right: ShardID
        package var epoch: Epoch

        package init(right: ShardID, epoch: Epoch) {
            self.right = right
            self.epoch = epoch
        }
    }

    /// Whose decision is waited for, and since which entry.
    package struct Frozen: Hashable, Sendable {
        /// The shard that decides.
        package var left: ShardID
        /// The number it has given to the merge.
        package var merge: UInt64
        /// Of the entry that froze the shard.
        package var position: LogPosition

        package init(left: ShardID, merge: UInt64, position: LogPosition) {
            self.left = left
            self.merge = merge
            self.position = position
        }
    }

    /// The oldest are forgotten beyond this: everybody has long applied that merge, or has asked what became of it.
    package static let absorbedMax = 256

    /// Whether the shard takes part in a merge: nothing else may change what it is.
    package var isBusy: Bool { intent != nil || frozen != nil }

    /// Takes in what `right` was.
    package mutating func absorb(_ right: ShardID, _ others: [ShardID]) {
        // The two may have been one before, and so know of the same.
        absorbed.removeAll { $0 == right || others.contains($0) }
        absorbed = others + absorbed + [right]
        absorbed.removeFirst(max(0, absorbed.count - Self.absorbedMax))
    }

    /// Appends the fields.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeLittle(last)
        buffer.writeLittle(UInt8((intent == nil ? 0 : 1) | (frozen == nil ? 0 : 2)))
        if let intent {
            buffer.writeMultipleIntegers(
                intent.right.rawValue, intent.epoch.version, intent.epoch.config, endianness: .little)
        }
        if let frozen {
            buffer.writeMultipleIntegers(
                frozen.left.rawValue, frozen.merge, frozen.position.index.rawValue, frozen.position.term.rawValue,
                endianness: .little)
        }
        buffer.writeList(absorbed) { $0.writeLittle($1.rawValue) }
    }

    /// Reads them exactly.
    package static func read(_ reader: inout WireReader) throws(WireError) -> MergeState {
        var state = MergeState()
        state.last = try reader.readUInt64()
        let flags = try reader.readUInt8()
        guard flags <= 3 else { throw .badValue("merge flags") }
        if flags & 1 != 0 {
            state.intent = Intent(right: ShardID(try reader.readUInt64()), epoch: try reader.readEpoch())
        }
        if flags & 2 != 0 {
            let left = ShardID(try reader.readUInt64())
            let merge = try reader.readUInt64()
            let position = LogPosition(index: try reader.readIndex(), term: Term(try reader.readUInt64()))
            state.frozen = Frozen(left: left, merge: merge, position: position)
        }
        state.absorbed = try reader.readList(elementBytesMin: 8, limit: absorbedMax) { (reader) throws(WireError) in
            ShardID(try reader.readUInt64())
        }
        return state
    }
}
