/// One record of a faulty disk's journal: something that happened to a file or a directory. The layout is drawn in
/// `Tests/FaultyDisk/faultydisk.h`.
struct DiskRecord: Sendable {
    enum Kind: UInt32 {
        case write = 1
        case resize, sync, syncFailed
        case create, unlink, rename, link, makeDirectory, removeDirectory
    }

    /// Where the record stands; later records have greater ones, over all lives of the process.
    var sequence: UInt64
    var kind: Kind
    /// The file, or the directory that was synced, made or removed.
    var inode: UInt64
    var a: UInt64
    var b: UInt64
    /// The file's size before a write or a change of size, in bytes.
    var c: UInt64
    var bytes: ArraySlice<UInt8>

    /// Whether content of a file changed.
    var changesContent: Bool { kind == .write || kind == .resize }

    /// Whether an entry of a directory changed; `a` is that directory.
    var changesNames: Bool { kind.rawValue >= Kind.create.rawValue }

    /// The paths, one or two.
    var paths: [String] { bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) } }

    /// The bytes of the file that a write gave new content.
    var range: Range<UInt64> { a..<(a + b) }
}

extension DiskRecord {
    private static let headerBytes = 40
    /// The lower bits of a sequence: the offset in a journal.
    private static let offsetBits: UInt64 = 40

    /// All records of journal `number`, up to one that was cut short.
    static func parse(_ journal: [UInt8], number: UInt64) -> [DiskRecord] {
        var records: [DiskRecord] = []
        var offset = 0
        while offset + headerBytes <= journal.count {
            let length = Int(integer(UInt32.self, journal, offset))
            guard length >= headerBytes, offset + length <= journal.count,
                let kind = Kind(rawValue: integer(UInt32.self, journal, offset + 4))
            else { break }
            records.append(
                DiskRecord(
                    sequence: number << offsetBits | UInt64(offset), kind: kind,
                    inode: integer(UInt64.self, journal, offset + 8), a: integer(UInt64.self, journal, offset + 16),
                    b: integer(UInt64.self, journal, offset + 24), c: integer(UInt64.self, journal, offset + 32),
                    bytes: journal[(offset + headerBytes)..<(offset + length)]))
            offset += length
        }
        return records
    }

    /// A journal is long, and this is what reading one consists of. Traps beyond the end of `bytes`.
    private static func integer<Number: FixedWidthInteger>(
        _: Number.Type, _ bytes: [UInt8], _ offset: Int
    ) -> Number {
        unsafe bytes.withUnsafeBytes { buffer in
            unsafe Number(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: Number.self))
        }
    }
}
