package import Raft

/// The one row of family `raft` that a log has: the hard state and where the log starts. Both halves live in one
/// record, so an update of one carries the other along.
///
/// ```
/// record := format:u8 = 1  flags:u8  term:u64 vote:u64 commit:u64  truncatedIndex:u64 truncatedTerm:u64
/// flags  := bit 0: a hard state is there   bit 1: a vote is there      little-endian, 42 bytes
/// ```
package struct LogHead: Hashable, Sendable {
    package var hardState: HardState?
    /// Everything up to here is gone from the log; zero for a log from the beginning (rule 13).
    package var truncatedIndex: LogIndex
    /// The term of the entry at `truncatedIndex`.
    package var truncatedTerm: Term

    package init(hardState: HardState? = nil, truncatedIndex: LogIndex = .zero, truncatedTerm: Term = .zero) {
        self.hardState = hardState
        self.truncatedIndex = truncatedIndex
        self.truncatedTerm = truncatedTerm
    }

    private static let format: UInt8 = 1

    /// The record's bytes.
    package func encode() -> [UInt8] {
        var flags: UInt8 = 0
        if hardState != nil { flags |= 1 }
        if hardState?.vote != nil { flags |= 2 }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(42)
        bytes.append(LogHead.format)
        bytes.append(flags)
        bytes.append(littleEndian: hardState?.term.rawValue ?? 0)
        bytes.append(littleEndian: hardState?.vote?.rawValue ?? 0)
        bytes.append(littleEndian: hardState?.commit.rawValue ?? 0)
        bytes.append(littleEndian: truncatedIndex.rawValue)
        bytes.append(littleEndian: truncatedTerm.rawValue)
        return bytes
    }

    /// Reads a record exactly (rule 24).
    package static func decode(_ bytes: RawSpan) throws(StorageError) -> LogHead {
        guard let theirs = bytes.byte(at: 0) else { throw .corruption("a log's head is empty") }
        guard theirs == format else { throw .unsupported("log head format \(theirs)") }
        guard bytes.byteCount == 42, let flags = bytes.byte(at: 1),
            let term = bytes.littleEndian(at: 2, as: UInt64.self),
            let vote = bytes.littleEndian(at: 10, as: UInt64.self),
            let commit = bytes.littleEndian(at: 18, as: UInt64.self),
            let index = bytes.littleEndian(at: 26, as: UInt64.self),
            let truncatedTerm = bytes.littleEndian(at: 34, as: UInt64.self)
        else { throw .corruption("a log's head has \(bytes.byteCount) bytes instead of 42") }
        guard flags & ~3 == 0 else { throw .unsupported("log head flags \(flags)") }
        guard flags != 2 else { throw .corruption("a log's head has a vote without a term") }
        let state = HardState(
            term: Term(term), vote: flags & 2 == 0 ? nil : ReplicaID(vote), commit: LogIndex(commit))
        return LogHead(
            hardState: flags & 1 == 0 ? nil : state, truncatedIndex: LogIndex(index),
            truncatedTerm: Term(truncatedTerm))
    }
}
