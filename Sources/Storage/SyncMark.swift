import Wire

/// How much is known to be durable, kept outside the store so that the store cannot forget it (rule 14).
///
/// `MARK` is two slots of 4,096 bytes, written in turn, so that a torn write leaves the older one:
/// ```
/// slot := magic:u32 = "DSMK"  format:u32 = 1  sequence:u64  incarnation:u64  number:u64
///         count:u32  count × (walNumber:u64 byteCount:u64)  crc32c:u32 (of all before it)  zeros
/// ```
/// Little-endian.
package struct SyncMark: Hashable, Sendable {
    /// Counts the writes of the mark; the slot with the greater one is in force.
    package var sequence: UInt64
    /// The life of the data directory that this speaks of.
    package var incarnation: UInt64
    /// The log writer's last running number that a finished sync covers.
    package var number: UInt64
    /// The write-ahead log as it was before that sync began, oldest first.
    package var wal: [WALFile]

    package init(sequence: UInt64, incarnation: UInt64, number: UInt64, wal: [WALFile]) {
        self.sequence = sequence
        self.incarnation = incarnation
        self.number = number
        self.wal = wal
    }

    /// One slot, a page of the disk, so that writing one cannot tear the other.
    package static let slotBytes = 4_096
    /// The whole file.
    package static let fileBytes = 2 * slotBytes
    /// More files than fit are left out, oldest first.
    package static let walFilesMax = 200

    private static let magic: UInt32 = 0x4B4D_5344
    private static let format: UInt32 = 1
    private static let fixedBytes = 36

    /// Which of the two slots this mark goes to.
    package var slot: Int { Int(sequence % 2) }

    /// The slot's bytes.
    package func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(SyncMark.slotBytes)
        bytes.append(littleEndian: SyncMark.magic)
        bytes.append(littleEndian: SyncMark.format)
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: incarnation)
        bytes.append(littleEndian: number)
        let listed = wal.suffix(SyncMark.walFilesMax)
        bytes.append(littleEndian: UInt32(listed.count))
        for file in listed {
            bytes.append(littleEndian: file.number)
            bytes.append(littleEndian: file.byteCount)
        }
        bytes.append(littleEndian: bytes.withBytes { Checksum.crc32c($0) })
        bytes.append(contentsOf: repeatElement(0, count: SyncMark.slotBytes - bytes.count))
        return bytes
    }

    /// The mark in a slot; nil when it is not intact.
    package static func decode(_ slot: RawSpan) -> SyncMark? {
        guard slot.littleEndian(at: 0, as: UInt32.self) == magic, slot.littleEndian(at: 4, as: UInt32.self) == format,
            let sequence = slot.littleEndian(at: 8, as: UInt64.self),
            let incarnation = slot.littleEndian(at: 16, as: UInt64.self),
            let number = slot.littleEndian(at: 24, as: UInt64.self),
            let count = slot.littleEndian(at: 32, as: UInt32.self), count <= UInt32(walFilesMax)
        else { return nil }
        let end = fixedBytes + 16 * Int(count)
        guard let stored = slot.littleEndian(at: end, as: UInt32.self),
            Checksum.crc32c(slot.extracting(first: end)) == stored
        else { return nil }
        var wal: [WALFile] = []
        for position in 0..<Int(count) {
            let offset = fixedBytes + 16 * position
            guard let file = slot.littleEndian(at: offset, as: UInt64.self),
                let bytes = slot.littleEndian(at: offset + 8, as: UInt64.self)
            else { return nil }
            wal.append(WALFile(number: file, byteCount: bytes))
        }
        return SyncMark(sequence: sequence, incarnation: incarnation, number: number, wal: wal)
    }
}
