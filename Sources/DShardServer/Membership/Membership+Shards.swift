import Keyspace
import NIOCore
import Raft
import Wire

/// The rows of shards, as their leaders report them (rule 35). One report after the other, and only within one term of
/// this node's leadership: so nobody else writes the rows between the look and the write.
extension Membership {
    /// Reports that may wait.
    private static let reportsMax = 4_096

    /// A report and whom to tell.
    struct ShardReport: Sendable {
        var descriptor: Descriptor
        var done: @Sendable (Epoch) -> Void
    }

    /// Takes in what a shard's leader has applied, and tells the epoch of the shard's row once that is as new. Nothing
    /// is told when this node does not lead the system shard, or when the neighbours' reports are still needed: the
    /// shard's leader asks again. On the loop.
    func record(_ descriptor: Descriptor, then done: @escaping @Sendable (Epoch) -> Void) {
        guard let term = leadingTerm, reports.count < Self.reportsMax else { return }
        if term != reportTerm {
            reportTerm = term
            rowReports = RowReports()
        }
        reports.append(ShardReport(descriptor: descriptor, done: done))
        recordNext()
    }

    private func recordNext() {
        guard !isRecording, !reports.isEmpty else { return }
        isRecording = true
        let report = reports.removeFirst()
        // What was read in another term may have been written since by whoever led meanwhile.
        let term = reportTerm
        gather(report.descriptor.range) { [self] rows in
            guard let rows, leadingTerm == term, reportTerm == term else { return finishReport() }
            write(report, rows)
        }
    }

    /// The next one in a task of its own: where rows are told at once, each would stand on the one before.
    private func finishReport() {
        isRecording = false
        guard !reports.isEmpty else { return }
        lane.loop.execute { [self] in recordNext() }
    }

    private func write(_ report: ShardReport, _ rows: [Descriptor]) {
        switch rowReports.take(report.descriptor, rows) {
        case .known(let epoch):
            report.done(epoch)
            finishReport()
        case .waits: finishReport()
        case .write(let change, let range):
            shard.write(change) { [self] result in
                if case .success = result {
                    rowReports.wrote(range)
                    if change.puts.contains(report.descriptor) { report.done(report.descriptor.epoch) }
                }
                finishReport()
            }
        }
    }

    /// The rows that share keys with `range`, and with what the reports that wait would replace together with it; in
    /// key order. Nil when they cannot be read.
    private func gather(_ range: KeyRange, then done: @escaping @Sendable ([Descriptor]?) -> Void) {
        shard.shards(overlapping: range) { [self] found in
            guard let found else { return done(nil) }
            let span = rowReports.span(of: range, found)
            guard span != range else { return done(found) }
            gather(span, then: done)
        }
    }
}
