import Keyspace
package import NIOCore
import Raft

extension FormationRequest {
    /// Appends a client frame. Returns false, with the buffer as it was, when it would be too long.
    /// ```
    /// announce  := announcement
    /// bootstrap := length:u32 record
    /// join      := incarnation:u64 address:text labels
    /// announcement := incarnation:u64 boot:u64 isMember:u8 clusterHigh:u64 clusterLow:u64 address:text
    ///              listCount:u32 text* borderCount:u32 key*
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        switch self {
        case .announce(let announcement):
            FrameWriter.write(kind: FrameKind.announce, into: &buffer, flavor: .client) { buffer in
                announcement.write(into: &buffer)
            }
        case .bootstrap(let record):
            FrameWriter.write(kind: FrameKind.bootstrap, into: &buffer, flavor: .client) { buffer in
                let bytes = record.encode()
                buffer.writeLittle(UInt32(truncatingIfNeeded: bytes.readableBytes))
                buffer.writeImmutableBuffer(bytes)
            }
        case .join(let address, let incarnation, let labels):
            FrameWriter.write(kind: FrameKind.join, into: &buffer, flavor: .client) { buffer in
                buffer.writeLittle(incarnation)
                buffer.writeText(address, limit: WireReader.addressBytesMax)
                buffer.writeLabels(labels)
            }
        }
    }

    /// Reads a frame of one of the kinds above.
    package static func decode(_ frame: Frame) throws(WireError) -> FormationRequest {
        var reader = WireReader(frame.body)
        switch frame.kind {
        case FrameKind.announce: return .announce(try FormationAnnouncement.read(&reader))
        case FrameKind.bootstrap:
            let count = Int(try reader.readUInt32())
            return .bootstrap(try BootstrapRecord.decode(try reader.readSlice(count: count)))
        case FrameKind.join:
            let incarnation = try reader.readUInt64()
            let address = try reader.readText(limit: WireReader.addressBytesMax)
            return .join(address: address, incarnation: incarnation, labels: try reader.readLabels())
        default: throw .unknownKind(frame.kind)
        }
    }
}

extension FormationReply {
    /// Appends a client frame. Returns false, with the buffer as it was, when it would be too long.
    /// ```
    /// announced := announcement    accepted := nothing    refused := text
    /// joined    := node:u64 clusterHigh:u64 clusterLow:u64 descriptor nodeCount:u32 nodeAddress*
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        switch self {
        case .announced(let announcement):
            FrameWriter.write(kind: FrameKind.announced, into: &buffer, flavor: .client) { buffer in
                announcement.write(into: &buffer)
            }
        case .accepted:
            FrameWriter.write(kind: FrameKind.accepted, into: &buffer, flavor: .client) { _ in }
        case .refused(let message):
            FrameWriter.write(kind: FrameKind.refused, into: &buffer, flavor: .client) { $0.writeText(message) }
        case .joined(let node, let cluster, let nodes, let systemDescriptor):
            FrameWriter.write(kind: FrameKind.joined, into: &buffer, flavor: .client) { buffer in
                buffer.writeLittle(node.rawValue)
                buffer.writeClusterID(cluster)
                buffer.writeDescriptor(systemDescriptor)
                buffer.writeList(nodes) { $0.writeNodeAddress($1) }
            }
        }
    }

    /// Reads a frame of one of the kinds above.
    package static func decode(_ frame: Frame) throws(WireError) -> FormationReply {
        var reader = WireReader(frame.body)
        switch frame.kind {
        case FrameKind.announced: return .announced(try FormationAnnouncement.read(&reader))
        case FrameKind.accepted: return .accepted
        case FrameKind.refused: return .refused(try reader.readText())
        case FrameKind.joined:
            let node = NodeID(try reader.readUInt64())
            let cluster = try reader.readClusterID()
            let descriptor = try reader.readDescriptor()
            return .joined(
                node: node, cluster: cluster, nodes: try reader.readNodeAddresses(), systemDescriptor: descriptor)
        default: throw .unknownKind(frame.kind)
        }
    }
}

extension FormationAnnouncement {
    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(incarnation, boot, endianness: .little)
        switch state {
        case .empty:
            buffer.writeBool(false)
            buffer.writeClusterID(ClusterID(high: 0, low: 0))
        case .member(let cluster):
            buffer.writeBool(true)
            buffer.writeClusterID(cluster)
        }
        buffer.writeText(address, limit: WireReader.addressBytesMax)
        buffer.writeList(list) { $0.writeText($1, limit: WireReader.addressBytesMax) }
        buffer.writeList(borders) { $0.writeKey($1) }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> FormationAnnouncement {
        let incarnation = try reader.readUInt64()
        let boot = try reader.readUInt64()
        let isMember = try reader.readBool()
        let cluster = try reader.readClusterID()
        let address = try reader.readText(limit: WireReader.addressBytesMax)
        let list = try reader.readList(elementBytesMin: 2) { (reader) throws(WireError) in
            try reader.readText(limit: WireReader.addressBytesMax)
        }
        let borders = try reader.readList(elementBytesMin: 2) { (reader) throws(WireError) in try reader.readKey() }
        return FormationAnnouncement(
            address: address, incarnation: incarnation, boot: boot, list: list, borders: borders,
            state: isMember ? .member(cluster) : .empty)
    }
}
