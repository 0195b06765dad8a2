import Raft

/// A log entry's payload without bytes.
struct FuzzPayload: EntryPayload, Equatable {
    var byteCount: Int
}
