import NIOCore
package import Wire

/// A shard's `MergeState` in its own state (`ShardRecordKey.merge`).
///
/// ```
/// record := format:u8 = 1  mergeState      as on the wire
/// ```
package enum MergeRecord {
    private static let format: UInt8 = 1

    /// The record's bytes.
    package static func encode(_ state: MergeState) -> [UInt8] {
        var buffer = ByteBuffer()
        buffer.writeInteger(format)
        state.write(into: &buffer)
        return Array(buffer.readableBytesView)
    }

    /// Reads a record exactly (rule 24).
    package static func decode(_ bytes: RawSpan) throws(StorageError) -> MergeState {
        var buffer = ByteBuffer()
        buffer.writeBytes(bytes)
        var reader = WireReader(buffer)
        do throws(WireError) {
            let theirs = try reader.readUInt8()
            guard theirs == format else { throw .unknownKind(theirs) }
            let state = try MergeState.read(&reader)
            try reader.finish()
            return state
        } catch {
            throw StorageError(error, in: "a shard's merge state")
        }
    }
}
