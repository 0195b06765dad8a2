package import NIOCore
import Raft

extension Hello {
    /// "DSHD", in the order of these bytes.
    static let magic: UInt32 = 0x4453_4844

    /// Appends a client frame of kind `FrameKind.hello`.
    /// ```
    /// body := "DSHD" version:u16 role:u8 flags:u8 clusterHigh:u64 clusterLow:u64 node:u64 incarnation:u64 boot:u64
    ///         address:text credentials:(length:u16 bytes)
    /// flags := bit 0 cluster is present; node is 0 for none
    /// ```
    package func encode(into buffer: inout ByteBuffer) {
        FrameWriter.write(kind: FrameKind.hello, into: &buffer, flavor: .client) { buffer in
            buffer.writeInteger(Hello.magic)
            buffer.writeMultipleIntegers(
                protocolVersion, role.rawValue, UInt8(cluster == nil ? 0 : 1), cluster?.high ?? 0, cluster?.low ?? 0,
                node?.rawValue ?? 0, incarnation, boot, endianness: .little)
            buffer.writeText(address, limit: WireReader.addressBytesMax)
            buffer.writeShortBytes(credentials)
        }
    }

    /// Reads a frame of kind `FrameKind.hello`. Another version is an error that names it; nothing after the version
    /// is looked at then.
    package static func decode(_ frame: Frame) throws(WireError) -> Hello {
        guard frame.kind == FrameKind.hello else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        guard try reader.readUInt32().byteSwapped == magic else { throw .badMagic }
        let version = try reader.readUInt16()
        guard version == currentVersion else { throw .version(theirs: version) }
        guard let role = ConnectionRole(rawValue: try reader.readUInt8()) else { throw .badValue("role") }
        let flags = try reader.readUInt8()
        let cluster = try reader.readClusterID()
        return Hello(
            role: role, protocolVersion: version, cluster: flags & 1 != 0 ? cluster : nil,
            node: try reader.readNodeIfAny(), incarnation: try reader.readUInt64(), boot: try reader.readUInt64(),
            address: try reader.readText(limit: WireReader.addressBytesMax),
            credentials: try reader.readBytes(limit: Int(UInt16.max)))
    }
}

extension HelloReply {
    /// Appends a client frame of kind `FrameKind.helloReply`.
    /// ```
    /// body := "DSHD" version:u16 outcome:u8 code:u8 flags:u8 clusterHigh:u64 clusterLow:u64 node:u64 incarnation:u64
    ///         boot:u64 clusterMilliseconds:u64 message:text
    /// outcome := 0 welcome, 1 refused        flags := bit 0 cluster is present; node is 0 for none
    /// ```
    package func encode(into buffer: inout ByteBuffer) {
        FrameWriter.write(kind: FrameKind.helloReply, into: &buffer, flavor: .client) { buffer in
            var (refused, code, text): (UInt8, UInt8, String) = (0, 0, "")
            if case .refused(let refusal, let message) = outcome {
                (refused, code, text) = (1, refusal.rawValue, message)
            }
            buffer.writeInteger(Hello.magic)
            buffer.writeMultipleIntegers(
                protocolVersion, refused, code, UInt8(cluster == nil ? 0 : 1), cluster?.high ?? 0, cluster?.low ?? 0,
                node?.rawValue ?? 0, incarnation, boot, clusterMilliseconds, endianness: .little)
            buffer.writeText(text, limit: HelloReply.messageBytesMax)
        }
    }

    /// Reads a frame of kind `FrameKind.helloReply`. A refusal is read whatever the version, so that its message
    /// reaches a person.
    package static func decode(_ frame: Frame) throws(WireError) -> HelloReply {
        guard frame.kind == FrameKind.helloReply else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        guard try reader.readUInt32().byteSwapped == Hello.magic else { throw .badMagic }
        let version = try reader.readUInt16()
        let isRefused = try reader.readBool()
        guard isRefused || version == Hello.currentVersion else { throw .version(theirs: version) }
        let code = RefusalCode(rawValue: try reader.readUInt8()) ?? .other
        let flags = try reader.readUInt8()
        let cluster = try reader.readClusterID()
        var reply = HelloReply(
            outcome: .welcome, protocolVersion: version, cluster: flags & 1 != 0 ? cluster : nil,
            node: try reader.readNodeIfAny(), incarnation: try reader.readUInt64(), boot: try reader.readUInt64(),
            clusterMilliseconds: try reader.readUInt64())
        let message = try reader.readText(limit: messageBytesMax)
        if isRefused { reply.outcome = .refused(code, message: message) }
        return reply
    }

    /// One line, in bytes.
    private static let messageBytesMax = 1024
}
