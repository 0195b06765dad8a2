package import Keyspace

/// The value of a user's or the cluster's key in family `data`.
///
/// ```
/// value  := format:u8 = 1  flags:u8  version:u64  [expiry:u64, if flags bit 0]  the user's bytes
/// flags  := bit 0: expires   bit 1: a transaction holds a lock (reserved, rule 40)
/// ```
/// Little-endian. The version is the write's HLC timestamp (rule 19); the expiry is an absolute deadline in
/// milliseconds of replicated time (rule 21). Do not renumber: the bytes are on disks and in snapshots.
package enum DataValue {
    /// What stands before the user's bytes.
    package struct Header: Hashable, Sendable {
        /// The version of the write that put the value.
        package var version: Timestamp
        /// Milliseconds since 1970 of replicated time; nil: never.
        package var expiry: UInt64?
        /// Where the user's bytes start in the stored value.
        package var valueOffset: Int

        package init(version: Timestamp, expiry: UInt64?, valueOffset: Int) {
            self.version = version
            self.expiry = expiry
            self.valueOffset = valueOffset
        }
    }

    /// The first byte of every value that this code writes, and the only one it reads.
    package static let format: UInt8 = 1
    /// The flag of a value with an expiry.
    package static let expiresFlag: UInt8 = 1 << 0
    /// The flag of a value under a lock; reserved, so a value that has it is `unsupported` (rule 40).
    package static let lockedFlag: UInt8 = 1 << 1

    /// The longest header, in bytes.
    package static let headerBytesMax = 18

    /// The bytes to store in front of the user's.
    package static func header(version: Timestamp, expiry: UInt64? = nil) -> SmallBytes {
        var bytes = SmallBytes()
        bytes.append(format)
        bytes.append(expiry == nil ? 0 : expiresFlag)
        bytes.append(littleEndian: version.rawValue)
        if let expiry { bytes.append(littleEndian: expiry) }
        return bytes
    }

    /// Reads the header of a stored value. Throws `unsupported` for a newer format or flag (rule 24), `corruption`
    /// for a value that is too short.
    package static func decode(_ stored: RawSpan) throws(StorageError) -> Header {
        guard let theirs = stored.byte(at: 0), let flags = stored.byte(at: 1),
            let version = stored.littleEndian(at: 2, as: UInt64.self)
        else { throw .corruption("a data value is shorter than its header") }
        guard theirs == format else { throw .unsupported("data value format \(theirs)") }
        guard flags & ~expiresFlag == 0 else { throw .unsupported("data value flags \(flags)") }
        guard flags & expiresFlag != 0 else {
            return Header(version: Timestamp(version), expiry: nil, valueOffset: 10)
        }
        guard let expiry = stored.littleEndian(at: 10, as: UInt64.self) else {
            throw .corruption("a data value is shorter than its header")
        }
        return Header(version: Timestamp(version), expiry: expiry, valueOffset: 18)
    }
}
