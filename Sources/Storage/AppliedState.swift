package import Keyspace
package import Raft

/// How far a shard's state has come; written in the batch that takes it there (rule 18).
///
/// ```
/// record := format:u8 = 2  appliedIndex:u64 appliedTerm:u64  baseIndex:u64 baseTerm:u64
///           lastVersion:u64  sessionsCheckpoint:u64  chain:u64                  little-endian, 57 bytes
/// ```
package struct AppliedState: Hashable, Sendable {
    /// The last entry whose effect is in the state.
    package var appliedIndex: LogIndex
    /// The term of the entry at `appliedIndex`.
    package var appliedTerm: Term
    /// Where the state came from as a whole: the index and term of the installed snapshot or of the birth of the
    /// shard. The log cannot start before it (rules 16 and 31).
    package var baseIndex: LogIndex
    /// The term of the entry at `baseIndex`.
    package var baseTerm: Term
    /// The greatest version in the state: the shard's replicated time (rules 20 and 21).
    package var lastVersion: Timestamp
    /// The applied index of the session checkpoint; deltas up to it are obsolete.
    package var sessionsCheckpoint: LogIndex
    /// What the entries did since the shard came into being or was split last: equal on all replicas that have applied
    /// as much (rule 39).
    package var chain: ChainedHash

    package init(
        appliedIndex: LogIndex, appliedTerm: Term, baseIndex: LogIndex, baseTerm: Term, lastVersion: Timestamp,
        sessionsCheckpoint: LogIndex, chain: ChainedHash = ChainedHash()
    ) {
        self.appliedIndex = appliedIndex
        self.appliedTerm = appliedTerm
        self.baseIndex = baseIndex
        self.baseTerm = baseTerm
        self.lastVersion = lastVersion
        self.sessionsCheckpoint = sessionsCheckpoint
        self.chain = chain
    }

    private static let format: UInt8 = 2
    private static let byteCount = 57

    /// The record's bytes.
    package func encode() -> [UInt8] {
        var bytes: [UInt8] = [AppliedState.format]
        bytes.reserveCapacity(AppliedState.byteCount)
        bytes.append(littleEndian: appliedIndex.rawValue)
        bytes.append(littleEndian: appliedTerm.rawValue)
        bytes.append(littleEndian: baseIndex.rawValue)
        bytes.append(littleEndian: baseTerm.rawValue)
        bytes.append(littleEndian: lastVersion.rawValue)
        bytes.append(littleEndian: sessionsCheckpoint.rawValue)
        bytes.append(littleEndian: chain.rawValue)
        return bytes
    }

    /// Reads a record exactly (rule 24): `unsupported` for another format, `corruption` for another length.
    package static func decode(_ bytes: RawSpan) throws(StorageError) -> AppliedState {
        guard let theirs = bytes.byte(at: 0) else { throw .corruption("an applied state is empty") }
        guard theirs == format else { throw .unsupported("applied state format \(theirs)") }
        guard bytes.byteCount == byteCount,
            let appliedIndex = bytes.littleEndian(at: 1, as: UInt64.self),
            let appliedTerm = bytes.littleEndian(at: 9, as: UInt64.self),
            let baseIndex = bytes.littleEndian(at: 17, as: UInt64.self),
            let baseTerm = bytes.littleEndian(at: 25, as: UInt64.self),
            let lastVersion = bytes.littleEndian(at: 33, as: UInt64.self),
            let sessionsCheckpoint = bytes.littleEndian(at: 41, as: UInt64.self),
            let chain = bytes.littleEndian(at: 49, as: UInt64.self)
        else { throw .corruption("an applied state has \(bytes.byteCount) bytes instead of \(byteCount)") }
        return AppliedState(
            appliedIndex: LogIndex(appliedIndex), appliedTerm: Term(appliedTerm), baseIndex: LogIndex(baseIndex),
            baseTerm: Term(baseTerm), lastVersion: Timestamp(lastVersion),
            sessionsCheckpoint: LogIndex(sessionsCheckpoint), chain: ChainedHash(chain))
    }
}
