/// The bytes of a log entry. Do not change: they are in logs. All integers are little-endian.
/// ```
/// entry         := length:u32 crc32c:u32 format:u8=1 kind:u8 term:u64 index:u64 body
///                  length counts the bytes after the checksum; the checksum is over them
/// empty         := kind 0, no body
/// batch         := kind 1, body = stamp:u64 epochVersion:u64 flags:u32 commandCount:u32 command*
///                  flags: bit 0 = some operation's outcome depends on what is stored
/// configuration := kind 2, body = voters outgoing learners, each count:u32 (replica:u64 node:u64)*
/// split         := kind 3, body = epochVersion:u64 epochConfig:u64 child:u64 first:u64 key
///                  key := length:u16 bytes; see `SplitCommand`
/// merge         := kinds 4 to 8, the steps of a merge; see `MergeCommand`
/// check         := kind 9, body = flags:u8, bit 0: with a scan; see `CheckCommand`
/// command       := session:u64 sequence:u64 doneBelow:u64 issuedAt:u64 operationCount:u32 byteCount:u32 operation*
///                  byteCount is that of the operations
/// operation     := kind:u8 flags:u8 keyLength:u16 key valueLength:u32 value
///                  [expiryMilliseconds:u64, if flags bit 0] [expectation]
///                  kind: 1 put, 2 delete, 3 compare value, 4 compare version, 5 if absent; a delete has an empty
///                  value and no flags; the key has its space byte
/// expectation   := expectLength:u32 expect  (kind 3)  |  expectVersion:u64  (kind 4)
/// ```
/// The version of operation i, counted over the whole entry from 0, is stamp + i (rule 19).
///
/// A chunk, the unit of the log on disk and of an append message, is entry after entry with consecutive indexes.
package enum EntryLayout {
    static let format: UInt8 = 1

    static let kindEmpty: UInt8 = 0
    static let kindBatch: UInt8 = 1
    static let kindConfiguration: UInt8 = 2
    static let kindSplit: UInt8 = 3
    static let kindIntent: UInt8 = 4
    static let kindFreeze: UInt8 = 5
    static let kindAbsorb: UInt8 = 6
    static let kindAbort: UInt8 = 7
    static let kindUnfreeze: UInt8 = 8
    /// Kinds of entries that are steps of a merge.
    static let mergeKinds = kindIntent...kindUnfreeze
    static let kindCheck: UInt8 = 9

    /// The offset of the first checksummed byte.
    static let checksummedStart = 8
    static let formatOffset = 8
    static let kindOffset = 9
    static let termOffset = 10
    static let indexOffset = 18
    /// The offset of the body; the size of an empty entry.
    package static let bodyStart = 26

    /// Of the absorbed shard's last version: behind the merge's number, the freeze's index and its term.
    static let absorbVersionOffset = bodyStart + 24

    static let stampOffset = 26
    static let epochVersionOffset = 34
    static let flagsOffset = 42
    static let commandCountOffset = 46
    /// The offset of the first command; the size of a batch without commands.
    package static let commandsStart = 50
    static let batchReads: UInt32 = 1

    /// The size of a command without its operations.
    package static let commandHeaderByteCount = 40

    /// Kind, flags and the two lengths.
    static let operationBytesMin = 8
    static let operationExpires: UInt8 = 1
}
