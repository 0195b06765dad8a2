import Keyspace
import Raft
import Wire

/// One check of a shard that is led here: from the proposal of its entry until everybody has told, or time is up.
struct CheckRound: Sendable {
    let shard: ShardID
    /// Where its entry is, if it is committed.
    let position: LogPosition
    let wantsScan: Bool
    /// Who asked for it; nil when it was due.
    let asker: RequestReference?
    let startedAt: Instant
    /// When it is judged by what is there.
    var deadline: Instant
    /// One per replica at most.
    var reports: [CheckReport] = []

    /// Replicas that went past the entry by a snapshot: they will never tell.
    var passed: [ReplicaID] = []

    /// Takes in what a replica holds; returns whether it belongs here and is news.
    mutating func note(_ report: CheckReport) -> Bool {
        let replica = report.member.replica
        guard report.shard == shard, !reports.contains(where: { $0.member.replica == replica }),
            !passed.contains(replica)
        else { return false }
        if report.position == position {
            reports.append(report)
            return true
        }
        guard report.position.index > position.index else { return false }
        passed.append(replica)
        return true
    }
}
