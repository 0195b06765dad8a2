package import Keyspace
import NIOCore
import Wire

/// A shard's descriptor in its own state (`ShardRecordKey.descriptor`).
///
/// ```
/// record := format:u8 = 1  descriptor      as on the wire
/// ```
package enum DescriptorRecord {
    private static let format: UInt8 = 1

    /// The record's bytes.
    package static func encode(_ descriptor: Descriptor) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(format)
        buffer.writeDescriptor(descriptor)
        return Array(buffer.readableBytesView)
    }

    /// Reads a record exactly (rule 24).
    package static func decode(_ bytes: RawSpan) throws(StorageError) -> Descriptor {
        var buffer = ByteBuffer()
        buffer.writeBytes(bytes)
        var reader = WireReader(buffer)
        do throws(WireError) {
            let theirs = try reader.readUInt8()
            guard theirs == format else { throw .unknownKind(theirs) }
            let descriptor = try reader.readDescriptor()
            try reader.finish()
            return descriptor
        } catch {
            throw StorageError(error, in: "a shard's descriptor")
        }
    }
}
