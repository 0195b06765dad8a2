import NIOCore
import Raft

extension PlacementAnswer {
    /// ```
    /// placement := kind:u8 fields                                            do not renumber
    /// 1 accepted    := operation:u64 shard:u64
    /// 2 status      := leader:u64 replication:u8 unevenShards:u32 count:u32 node* count:u32 operator* count:u32 text*
    /// 3 operation   := present:u8 [operator]
    /// 4 explanation := text
    /// node          := node:u64 duty:u8 health:u8 leaders:u32 replicas:u32 departures:u32
    /// operator      := id:u64 shard:u64 done:u16 priority:text reason:text count:u32 text* state:u8 [text]
    ///                  state: 1 running 2 running, waiting for 3 done 4 failed
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        switch self {
        case .accepted(let operation, let shard):
            buffer.writeMultipleIntegers(UInt8(1), operation, shard.rawValue, endianness: .little)
        case .status(let status):
            buffer.writeLittle(UInt8(2))
            status.write(into: &buffer)
        case .operation(let found):
            buffer.writeLittle(UInt8(3))
            buffer.writeOptional(found) { $1.write(into: &$0) }
        case .explanation(let text):
            buffer.writeLittle(UInt8(4))
            buffer.writeText(text)
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> PlacementAnswer {
        let kind = try reader.readUInt8()
        switch kind {
        case 1:
            let operation = try reader.readUInt64()
            return .accepted(operation: operation, of: ShardID(try reader.readUInt64()))
        case 2: return .status(try PlacementStatus.read(&reader))
        case 3:
            return .operation(
                try reader.readOptional { (reader) throws(WireError) in try OperatorStatus.read(&reader) })
        case 4: return .explanation(try reader.readText())
        default: throw .unknownKind(kind)
        }
    }
}

extension PlacementStatus {
    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(leader.rawValue, replication, unevenShards, endianness: .little)
        buffer.writeList(nodes) { buffer, node in
            buffer.writeMultipleIntegers(
                node.node.rawValue, node.duty.rawValue, node.health.rawValue, node.leaders, node.replicas,
                node.departures, endianness: .little)
        }
        buffer.writeList(operators) { $1.write(into: &$0) }
        buffer.writeList(obstacles) { $0.writeText($1) }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> PlacementStatus {
        let leader = NodeID(try reader.readUInt64())
        let replication = try reader.readUInt8()
        let unevenShards = try reader.readUInt32()
        let nodes = try reader.readList(elementBytesMin: 22) { (reader) throws(WireError) in
            let node = NodeID(try reader.readUInt64())
            guard let duty = NodeDutyCode(rawValue: try reader.readUInt8()) else { throw .badValue("duty") }
            guard let health = Health(rawValue: try reader.readUInt8()) else { throw .badValue("health") }
            return Node(
                node: node, duty: duty, health: health, leaders: try reader.readUInt32(),
                replicas: try reader.readUInt32(), departures: try reader.readUInt32())
        }
        let operators = try reader.readList(
            elementBytesMin: 27, limit: operatorsMax
        ) { (reader) throws(WireError) in try OperatorStatus.read(&reader) }
        let obstacles = try reader.readList(
            elementBytesMin: 2, limit: obstaclesMax
        ) { (reader) throws(WireError) in try reader.readText() }
        return PlacementStatus(
            leader: leader, replication: replication, unevenShards: unevenShards, nodes: nodes, operators: operators,
            obstacles: obstacles)
    }
}

extension OperatorStatus {
    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(id, shard.rawValue, done, endianness: .little)
        buffer.writeText(priority)
        buffer.writeText(reason)
        buffer.writeList(steps) { $0.writeText($1) }
        switch state {
        case .running(nil): buffer.writeLittle(UInt8(1))
        case .running(let waiting?):
            buffer.writeLittle(UInt8(2))
            buffer.writeText(waiting)
        case .done: buffer.writeLittle(UInt8(3))
        case .failed(let failure):
            buffer.writeLittle(UInt8(4))
            buffer.writeText(failure)
        }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> OperatorStatus {
        let id = try reader.readUInt64()
        let shard = ShardID(try reader.readUInt64())
        let done = try reader.readUInt16()
        let priority = try reader.readText()
        let reason = try reader.readText()
        let steps = try reader.readList(
            elementBytesMin: 2, limit: OperatorRecord.stepsMax
        ) { (reader) throws(WireError) in try reader.readText() }
        let kind = try reader.readUInt8()
        let state: State
        switch kind {
        case 1: state = .running(waiting: nil)
        case 2: state = .running(waiting: try reader.readText())
        case 3: state = .done
        case 4: state = .failed(try reader.readText())
        default: throw .unknownKind(kind)
        }
        return OperatorStatus(
            id: id, shard: shard, priority: priority, steps: steps, done: done, reason: reason, state: state)
    }
}
