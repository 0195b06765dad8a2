/// The kind byte of a Raft message. Do not renumber: old and new nodes speak to each other.
enum RaftMessageKind {
    static let append: UInt8 = 1
    static let appendReply: UInt8 = 2
    static let voteRequest: UInt8 = 3
    static let voteReply: UInt8 = 4
    static let heartbeat: UInt8 = 5
    static let heartbeatReply: UInt8 = 6
    static let timeoutNow: UInt8 = 7

    static let accepted: UInt8 = 1
    static let rejected: UInt8 = 2
    static let diskFull: UInt8 = 3

    static let flagPreVote: UInt8 = 1
    static let flagGranted: UInt8 = 2
    static let flagTransfer: UInt8 = 4
}
