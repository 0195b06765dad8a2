import Keyspace
package import NIOCore
import Raft

extension BootstrapRecord {
    /// The record, the same on disk and on the wire. Do not change: it is on disks.
    /// ```
    /// record := crc32c:u32 format:u8=1 clusterHigh:u64 clusterLow:u64 createdMilliseconds:u64
    ///           nodeCount:u32 nodeAddress* descriptorCount:u32 descriptor*
    /// ```
    /// The checksum is over all that follows it.
    package func encode() -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeMultipleIntegers(UInt32(0), BootstrapRecord.format, endianness: .little)
        buffer.writeClusterID(cluster)
        buffer.writeLittle(createdMilliseconds)
        buffer.writeList(nodes) { $0.writeNodeAddress($1) }
        buffer.writeList(descriptors) { $0.writeDescriptor($1) }
        let checksum = Checksum.crc32c(buffer.readableBytesSpan.extracting(4..<buffer.readableBytes))
        buffer.setInteger(checksum, at: buffer.readerIndex, endianness: .little)
        return buffer
    }

    /// Reads a record exactly (rule 24): all bytes of `buffer` belong to it.
    package static func decode(_ buffer: ByteBuffer) throws(WireError) -> BootstrapRecord {
        let span = buffer.readableBytesSpan
        guard span.byteCount >= 5 else { throw .truncated }
        guard Checksum.crc32c(span.extracting(4..<span.byteCount)) == span.loadUInt32(at: 0) else { throw .badChecksum }
        var reader = WireReader(buffer)
        _ = try reader.readUInt32()
        let format = try reader.readUInt8()
        guard format == BootstrapRecord.format else { throw .unknownKind(format) }
        let cluster = try reader.readClusterID()
        let created = try reader.readUInt64()
        let record = BootstrapRecord(
            cluster: cluster, nodes: try reader.readNodeAddresses(), descriptors: try reader.readDescriptors(),
            createdMilliseconds: created)
        try reader.finish()
        // The ids of later shards are above those of the first ones.
        guard record.descriptors.allSatisfy({ $0.shard < ShardID(.max) }) else {
            throw .badValue("no shard id is left")
        }
        return record
    }

    private static let format: UInt8 = 1
}
