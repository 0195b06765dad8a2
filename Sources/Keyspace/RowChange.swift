internal import Raft

/// What has to be written so that the rows of shards take in what their leaders report, as one step (rule 35).
///
/// The rows tile the keyspace before and after it. A report that would leave a gap waits: the neighbour that fills it
/// reports too.
package struct RowChange: Hashable, Sendable {
    /// New and changed rows, in key order.
    package var puts: [Descriptor] = []
    /// Start keys whose rows go, in order.
    package var removals: [Key] = []

    /// Whether the rows are as they must be.
    package var isEmpty: Bool { puts.isEmpty && removals.isEmpty }

    /// What `reported` changes in `rows`; nil when the reports do not tell of all keys that `rows` have. `rows` follow
    /// each other without a gap, in key order; reports of other keys than theirs count for nothing.
    package init?(rows: [Descriptor], reported: [Descriptor]) {
        guard let first = rows.first, let last = rows.last else { return nil }
        let span = KeyRange(start: first.range.start, end: last.range.end)
        var map = RangeMap(rows)
        // Compared with the rows as they are: once a newer one has gone, nothing would tell that what fits into the gap
        // is older.
        let news = reported.filter { report in span.contains(report.range) && rows.allSatisfy { report.follows($0) } }
        for descriptor in news { map.merge(descriptor) }
        guard Self.tiles(map.all, span) else { return nil }
        puts = map.all.filter { !rows.contains($0) }
        let starts = map.all.map(\.range.start)
        removals = rows.map(\.range.start).filter { !starts.contains($0) }
    }

    private static func tiles(_ descriptors: [Descriptor], _ span: KeyRange) -> Bool {
        var start = span.start
        for descriptor in descriptors {
            guard descriptor.range.start == start else { return false }
            start = descriptor.range.end
        }
        return start == span.end
    }
}

extension Descriptor {
    /// Whether this may stand in the rows after `row` has stood there (rule 35).
    fileprivate func follows(_ row: Descriptor) -> Bool {
        guard row.range.overlaps(range), !isPlanted(.olderDescriptorKept) else { return true }
        return row.shard == shard ? !row.isNewer(than: self) : row.epoch.version < epoch.version
    }
}
