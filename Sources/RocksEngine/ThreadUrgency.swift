import Glibc

/// How a thread stands against the others when there are more of them than processors.
package enum ThreadUrgency {
    /// Somebody waits for it: a lane, the log's writer, the applier, flushes.
    case foreground
    /// It has time, and much to do: compaction, snapshots, scans. It gets what the foreground leaves, and about a
    /// tenth of a processor's turn when that leaves nothing, so that it never stands still.
    case background

    /// Linux counts niceness per thread; new threads inherit their creator's.
    private static let backgroundNiceness: CInt = 10

    /// Makes the calling thread so urgent. Threads only ever become less urgent: the way back needs a privilege.
    package func adopt() {
        guard self == .background else { return }
        // Zero names the calling thread. A refusal leaves it as it was, which is slower and nothing else.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, ThreadUrgency.backgroundNiceness)
    }
}
