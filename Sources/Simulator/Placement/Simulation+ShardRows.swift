import Host
import Keyspace
import Raft
import Wire

/// The rows of shards in the system shard, as leaders' reports change them (rule 35). They are kept beside the cluster:
/// what is written counts at once. What decides is the server's.
extension Simulation {
    /// A shard's leader has reported to `node`. The epoch of the shard's row, once that is as new as the report.
    func reported(_ descriptor: Descriptor, to node: SimulatedNode) -> Epoch? {
        let system = record.descriptors[0].shard
        guard leader(of: system) === node, let term = node.host.term(of: system) else { return nil }
        if rowReports?.term != term { rowReports = (term, RowReports()) }
        guard var reports = rowReports?.reports else { return nil }
        defer { rowReports?.reports = reports }
        switch reports.take(descriptor, rows(around: descriptor.range, reports)) {
        case .known(let epoch): return epoch
        case .waits: return nil
        case .write(let change, let range):
            write(change)
            reports.wrote(range)
            return change.puts.contains(descriptor) ? descriptor.epoch : nil
        }
    }

    private func rows(around range: KeyRange, _ reports: RowReports) -> [Descriptor] {
        let found = rows.values.filter { $0.range.overlaps(range) }.sorted { $0.range.start < $1.range.start }
        let span = reports.span(of: range, found)
        return span == range ? found : rows(around: span, reports)
    }

    private func write(_ change: RowChange) {
        for row in rows.values.sorted(by: { $0.shard < $1.shard }) {
            for put in change.puts where put.range.overlaps(row.range) {
                let isOlder =
                    put.epoch.version < row.epoch.version || put.shard == row.shard && row.isNewer(than: put)
                if isOlder { fail("the row of shard \(row.shard) goes from \(row.epoch) back to \(put)") }
            }
        }
        for (shard, row) in rows where change.removals.contains(row.range.start) { rows[shard] = nil }
        for put in change.puts {
            for (shard, row) in rows where row.range.start == put.range.start { rows[shard] = nil }
            rows[put.shard] = put
            if put.range != .system { reportedRoutes.merge(put) }
        }
        var start = Key.systemStart
        for row in rows.values.sorted(by: { $0.range.start < $1.range.start }) {
            guard row.range.start == start else { return fail("no row has \(start)") }
            start = row.range.end
        }
        if start != Key.end { fail("no row has \(start)") }
    }

    /// A row that is not what the shard is; every leader reports until it is.
    var wrongRow: String? {
        for descriptor in ranges.map.all where rows[descriptor.shard]?.range != descriptor.range {
            let row = rows[descriptor.shard].map { "\($0)" } ?? "not there"
            return "the row of shard \(descriptor.shard) is \(row)"
        }
        return nil
    }
}
