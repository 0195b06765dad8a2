/// What makes a node or replica suspect: it may have forgotten what it promised (rule 15).
package enum SuspectReason: Hashable, Sendable, CustomStringConvertible {
    /// The store is there, the mark is not.
    case markMissing
    /// Neither slot of the mark is intact.
    case markUnreadable
    /// The mark belongs to another life of this directory.
    case markOfAnotherIncarnation(UInt64)
    /// A write is missing although later ones are there.
    case hole(writer: UInt8, greatest: UInt64)
    /// The last write found is older than one that was synced.
    case endsShort(found: UInt64, synced: UInt64)
    /// A file of the write-ahead log lost bytes that were synced.
    case walShorter(number: UInt64, byteCount: UInt64, synced: UInt64)
    /// A file of the write-ahead log is gone although an older one is there.
    case walMissing(number: UInt64)
    /// A row of the node itself cannot be read.
    case numbersUnreadable(String)

    package var description: String {
        switch self {
        case .markMissing: "MARK is missing"
        case .markUnreadable: "MARK is unreadable"
        case .markOfAnotherIncarnation(let other): "MARK is of incarnation \(other)"
        case .hole(let writer, let greatest): "a write of writer \(writer) before its number \(greatest) is missing"
        case .endsShort(let found, let synced): "the log ends at write \(found), but \(synced) was synced"
        case .walShorter(let number, let bytes, let synced):
            "WAL file \(number) has \(bytes) bytes, but \(synced) were synced"
        case .walMissing(let number): "WAL file \(number) is missing"
        case .numbersUnreadable(let text): "the running numbers are unreadable: \(text)"
        }
    }
}
