package import Keyspace
import NIOCore
package import Raft

/// What an administrator asks of placement, with the rights of the cluster itself; served by the node that leads the
/// system shard. Refused, with the reason, before anything is changed.
package enum PlacementRequest: Hashable, Sendable {
    /// What is going on.
    case status
    /// An operator of a shard, running or ended: the one with this number, or the last one for zero.
    case operation(of: ShardID, id: UInt64)
    /// Why a shard is as it is, as far as placement goes.
    case why(ShardID)
    case move(ShardID, from: NodeID, to: NodeID)
    case transfer(ShardID, to: NodeID)
    case setDuty(NodeID, NodeDutyCode)
    case setReplication(UInt8)
    /// The shard that has the key is to end before it.
    case split(at: Key)
    /// The shard is to absorb its right neighbour.
    case merge(ShardID)
}

extension PlacementRequest {
    /// ```
    /// placement := kind:u8 fields                                            do not renumber
    /// 1 status         := nothing            2 operation      := shard:u64 id:u64  3 why  := shard:u64
    /// 4 move           := shard:u64 from:u64 to:u64                   5 transfer := shard:u64 to:u64
    /// 6 setDuty        := node:u64 duty:u8   7 setReplication := factor:u8
    /// 8 split          := key                9 merge          := shard:u64
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        switch self {
        case .status: buffer.writeLittle(UInt8(1))
        case .operation(let shard, let id):
            buffer.writeMultipleIntegers(UInt8(2), shard.rawValue, id, endianness: .little)
        case .why(let shard): buffer.writeMultipleIntegers(UInt8(3), shard.rawValue, endianness: .little)
        case .move(let shard, let from, let to):
            buffer.writeMultipleIntegers(
                UInt8(4), shard.rawValue, from.rawValue, to.rawValue, endianness: .little)
        case .transfer(let shard, let to):
            buffer.writeMultipleIntegers(UInt8(5), shard.rawValue, to.rawValue, endianness: .little)
        case .setDuty(let node, let duty):
            buffer.writeMultipleIntegers(UInt8(6), node.rawValue, duty.rawValue, endianness: .little)
        case .setReplication(let factor): buffer.writeMultipleIntegers(UInt8(7), factor, endianness: .little)
        case .split(let key):
            buffer.writeLittle(UInt8(8))
            buffer.writeKey(key)
        case .merge(let shard): buffer.writeMultipleIntegers(UInt8(9), shard.rawValue, endianness: .little)
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> PlacementRequest {
        let kind = try reader.readUInt8()
        switch kind {
        case 1: return .status
        case 2:
            let shard = ShardID(try reader.readUInt64())
            return .operation(of: shard, id: try reader.readUInt64())
        case 3: return .why(ShardID(try reader.readUInt64()))
        case 4:
            let shard = ShardID(try reader.readUInt64())
            return .move(shard, from: NodeID(try reader.readUInt64()), to: NodeID(try reader.readUInt64()))
        case 5: return .transfer(ShardID(try reader.readUInt64()), to: NodeID(try reader.readUInt64()))
        case 6:
            let node = NodeID(try reader.readUInt64())
            guard let duty = NodeDutyCode(rawValue: try reader.readUInt8()) else { throw .badValue("duty") }
            return .setDuty(node, duty)
        case 7: return .setReplication(try reader.readUInt8())
        case 8: return .split(at: try reader.readKey())
        case 9: return .merge(ShardID(try reader.readUInt64()))
        default: throw .unknownKind(kind)
        }
    }
}
