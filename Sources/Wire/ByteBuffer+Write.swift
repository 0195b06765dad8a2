package import Keyspace
package import NIOCore
package import Raft

/// The writers to `WireReader`'s readers. What they write is our own, so nothing here fails; text and bounds that are
/// longer than their length field allows are cut where that changes no meaning.
extension ByteBuffer {
    /// Integers here are little-endian.
    package mutating func writeLittle(_ value: some FixedWidthInteger) {
        writeInteger(value, endianness: .little)
    }

    /// One byte, 0 or 1.
    package mutating func writeBool(_ value: Bool) {
        writeInteger(value ? 1 : 0, as: UInt8.self)
    }

    /// length:u16 bytes; what is beyond 65,535 bytes is left out.
    package mutating func writeShortBytes(_ bytes: [UInt8]) {
        let count = min(bytes.count, Int(UInt16.max))
        writeLittle(UInt16(truncatingIfNeeded: count))
        if count == bytes.count { writeBytes(bytes) } else { writeBytes(bytes[..<count]) }
    }

    /// length:u16 UTF-8; a text that is too long is cut between two characters.
    package mutating func writeText(_ text: String, limit: Int = Int(UInt16.max)) {
        let bytes = Array(text.utf8)
        var count = min(bytes.count, limit, Int(UInt16.max))
        while count > 0, count < bytes.count, bytes[count] & 0xC0 == 0x80 { count -= 1 }
        writeShortBytes(Array(bytes[..<count]))
    }

    /// key := length:u16 bytes. A bound beyond the longest key and one byte is cut: that keeps its place among all keys
    /// that can be stored.
    package mutating func writeKey(_ key: Key) {
        let limit = KeyLimits.internalKeyBytesMax + 1
        writeShortBytes(key.bytes.count <= limit ? key.bytes : Array(key.bytes[..<limit]))
    }

    /// member := replica:u64 node:u64
    package mutating func writeMember(_ member: Member) {
        writeMultipleIntegers(member.replica.rawValue, member.node.rawValue, endianness: .little)
    }

    /// configuration := voters outgoing learners, each count:u32 member*
    package mutating func writeConfiguration(_ configuration: Configuration) {
        for members in [configuration.voters, configuration.outgoing, configuration.learners] {
            writeList(members) { $0.writeMember($1) }
        }
    }

    /// descriptor := shard:u64 version:u64 config:u64 nextReplica:u64 start:key end:key configuration
    package mutating func writeDescriptor(_ descriptor: Descriptor) {
        writeMultipleIntegers(
            descriptor.shard.rawValue, descriptor.epoch.version, descriptor.epoch.config,
            descriptor.nextReplica.rawValue, endianness: .little)
        writeKey(descriptor.range.start)
        writeKey(descriptor.range.end)
        writeConfiguration(descriptor.configuration)
    }

    /// nodeAddress := node:u64 incarnation:u64 address:text
    package mutating func writeNodeAddress(_ address: NodeAddress) {
        writeMultipleIntegers(address.node.rawValue, address.incarnation, endianness: .little)
        writeText(address.address, limit: WireReader.addressBytesMax)
    }

    /// cluster := high:u64 low:u64
    package mutating func writeClusterID(_ cluster: ClusterID) {
        writeMultipleIntegers(cluster.high, cluster.low, endianness: .little)
    }

    /// node:u64; zero stands for none, since ids start at 1.
    package mutating func writeNodeIfAny(_ node: NodeID?) {
        writeLittle(node?.rawValue ?? 0)
    }

    /// count:u32 element*
    package mutating func writeList<Element>(
        _ list: [Element], _ element: (inout ByteBuffer, Element) -> Void
    ) {
        writeLittle(UInt32(truncatingIfNeeded: list.count))
        for item in list { element(&self, item) }
    }

    /// present:u8, then the value if it is 1.
    package mutating func writeOptional<Value>(_ value: Value?, _ write: (inout ByteBuffer, Value) -> Void) {
        writeBool(value != nil)
        if let value { write(&self, value) }
    }
}
