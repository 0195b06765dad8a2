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
            unwritten = RangeMap()
        }
        reports.append(ShardReport(descriptor: descriptor, done: done))
        recordNext()
    }

    private func recordNext() {
        guard !isRecording, !reports.isEmpty else { return }
        isRecording = true
        let report = reports.removeFirst()
        gather(report.descriptor.range) { [self] rows in
            guard let rows, let term = leadingTerm, term == reportTerm else { return finishReport() }
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
        if let known = rows.first(where: { $0.shard == report.descriptor.shard }),
            !report.descriptor.isNewer(than: known)
        {
            report.done(known.epoch)
            return finishReport()
        }
        // The later of two that overlap counts, whoever said so first.
        unwritten.merge(report.descriptor)
        let hull = report.descriptor.range.hull(of: rows)
        guard let change = RowChange(rows: rows, reported: unwritten.overlapping(hull)),
            !change.isEmpty
        else { return finishReport() }
        shard.write(change) { [self] result in
            if case .success = result {
                // Written now, or known to be old.
                for descriptor in unwritten.overlapping(hull) { unwritten.remove(descriptor.shard) }
                if change.puts.contains(report.descriptor) { report.done(report.descriptor.epoch) }
            }
            finishReport()
        }
    }

    /// The rows that share keys with `range`, and with what the reports that wait would replace together with it; in
    /// key order. Nil when they cannot be read.
    private func gather(_ range: KeyRange, then done: @escaping @Sendable ([Descriptor]?) -> Void) {
        shard.shards(overlapping: range) { [self] found in
            guard let found else { return done(nil) }
            var hull = range.hull(of: found)
            hull = hull.hull(of: unwritten.overlapping(hull))
            guard hull != range else { return done(found) }
            gather(hull, then: done)
        }
    }
}

extension KeyRange {
    /// The least range that has this one and those of `descriptors`.
    fileprivate func hull(of descriptors: [Descriptor]) -> KeyRange {
        descriptors.reduce(self) { hull, descriptor in
            KeyRange(
                start: min(hull.start, descriptor.range.start), end: max(hull.end, descriptor.range.end))
        }
    }
}
