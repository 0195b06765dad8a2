/// What was found where the mark should be.
package enum MarkReading: Hashable, Sendable {
    /// No file.
    case absent
    /// A file without an intact slot.
    case unreadable
    /// The newer of the intact slots.
    case intact(SyncMark)

    /// Reads a whole `MARK` file; nil: there is none.
    package static func read(_ file: [UInt8]?) -> MarkReading {
        guard let file else { return .absent }
        return file.withBytes { bytes in
            var newest: SyncMark?
            for slot in 0..<2 where bytes.byteCount >= (slot + 1) * SyncMark.slotBytes {
                let start = slot * SyncMark.slotBytes
                guard let mark = SyncMark.decode(bytes.extracting(start..<start + SyncMark.slotBytes)) else { continue }
                if mark.sequence >= newest?.sequence ?? 0 { newest = mark }
            }
            guard let newest else { return .unreadable }
            return .intact(newest)
        }
    }
}
