import Raft

/// What leaders report of their shards, until it stands in the rows (rule 35). Reports come in any order, late and
/// repeatedly; a row never goes back, and what lacks a neighbour's report waits for it.
package struct RowReports: Sendable {
    /// What could not be written yet.
    private var unwritten = RangeMap()

    package init() {}

    /// What to do about a report.
    package enum Verdict: Hashable, Sendable {
        /// The shard's row is as new already: of this epoch.
        case known(Epoch)
        /// Nothing, before more is reported.
        case waits
        /// The rows of this range change, as one step.
        case write(RowChange, KeyRange)
    }

    /// The range whose rows have to be looked at for a report of `range`, as far as `rows`, which share keys with it,
    /// tell. Once that is `range` itself they are enough.
    package func span(of range: KeyRange, _ rows: [Descriptor]) -> KeyRange {
        let hull = range.hull(of: rows)
        return hull.hull(of: unwritten.overlapping(hull))
    }

    /// Takes in what a shard's leader has applied. `rows` are all that share keys with the report's span, in key order.
    package mutating func take(_ report: Descriptor, _ rows: [Descriptor]) -> Verdict {
        if let known = rows.first(where: { $0.shard == report.shard }), !report.isNewer(than: known),
            !isPlanted(.olderDescriptorKept)
        {
            return .known(known.epoch)
        }
        // The later of two that overlap counts, whoever said so first.
        unwritten.merge(report)
        let hull = report.range.hull(of: rows)
        guard let change = RowChange(rows: rows, reported: unwritten.overlapping(hull)), !change.isEmpty else {
            return .waits
        }
        return .write(change, hull)
    }

    /// What was reported of `range` is written now, or known to be old.
    package mutating func wrote(_ range: KeyRange) {
        for descriptor in unwritten.overlapping(range) { unwritten.remove(descriptor.shard) }
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
