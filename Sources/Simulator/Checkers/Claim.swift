import Host
import Keyspace
import Raft

/// What a replica has claimed in one life of its process.
struct Claim {
    var commit = LogIndex.zero
    /// The term of the entry there; nil when the log no longer tells.
    var commitTerm: Term?
    var applied = LogIndex.zero
    var truncated = LogIndex.zero
    /// The end of its log.
    var last = LogIndex.zero
    /// The term it leads; zero when it does not. Of what was seen, the last one.
    var ledTerm = Term.zero
    /// Whether it was told that `commit` is, by the shard that absorbs it, or by a replica that waits there to absorb.
    var isTold = false

    init() {}

    /// What the replica at `position` claims now.
    init(of position: Int, in host: inout Host) {
        commit = host.replicas[position].group.commitIndex
        commitTerm = host.replicas[position].group.termAt(commit)
        applied = host.replicas[position].group.appliedIndex
        truncated = host.replicas[position].group.truncatedIndex
        last = host.replicas[position].group.lastIndex
        guard host.replicas[position].group.role == .leader else { return }
        ledTerm = host.replicas[position].group.term
        isTold = host.replicas[position].group.learnedCommit == commit
    }

    /// What is wrong with it, in itself (I7, I15) or after what was seen before (I2, I6, I10).
    func mistake(after seen: Claim) -> String? {
        guard truncated <= applied, applied <= commit, commit <= last else {
            return "truncated \(truncated), applied \(applied), commit \(commit), last \(last) are not in order"
        }
        if commit < seen.commit { return "commit went from \(seen.commit) to \(commit)" }
        guard ledTerm != .zero, ledTerm == seen.ledTerm else { return nil }
        if last < seen.last { return "the leader removed entries after \(last)" }
        // Paper §5.4.2: by counting only entries of the own term are committed.
        guard commit > seen.commit, commitTerm != ledTerm, !isTold else { return nil }
        return "the leader of \(ledTerm) committed \(commit), which is of an earlier term"
    }
}
