import Storage

/// How the log of a replica that began with a snapshot begins: empty at the snapshot's position.
struct LogBirth: Sendable {
    var start: LogTruncation
    var hardState: HardStateRecord
}
