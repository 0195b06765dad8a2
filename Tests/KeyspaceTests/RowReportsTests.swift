import Keyspace
import Raft
import Testing

/// Rule 35: what leaders report comes in any order, and the rows follow the keyspace.
@Suite struct RowReportsTests {
    private let whole = Descriptor(
        shard: ShardID(2), range: KeyRange(start: .user([1]), end: .user([9])), epoch: Epoch(version: 1, config: 1),
        configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
        nextReplica: ReplicaID(2))

    private func parts(of descriptor: Descriptor, at key: UInt8, child: UInt64) throws -> Descriptor.Parts {
        try #require(descriptor.split(at: .user([key]), child: ShardID(child), first: NodeID(1)))
    }

    /// Rows as they are after the reports, one after the other.
    private func rows(_ rows: [Descriptor], after reports: [Descriptor], _ store: inout RowReports) -> [Descriptor] {
        var rows = rows
        for report in reports {
            var range = report.range
            var found = rows.filter { $0.range.overlaps(range) }
            while store.span(of: range, found) != range {
                range = store.span(of: range, found)
                found = rows.filter { $0.range.overlaps(range) }
            }
            guard case .write(let change, let span) = store.take(report, found) else { continue }
            rows.removeAll { row in
                change.removals.contains(row.range.start) || change.puts.contains { $0.range.start == row.range.start }
            }
            rows = (rows + change.puts).sorted { $0.range.start < $1.range.start }
            store.wrote(span)
        }
        return rows
    }

    @Test func inWhateverOrderTheyComeTheRowsAreTheSame() throws {
        let first = try parts(of: whole, at: 5, child: 50)
        let second = try parts(of: first.child, at: 7, child: 51)
        let reports = [first.parent, first.child, second.parent, second.child]
        for order in Self.orders(of: reports) {
            var store = RowReports()
            #expect(rows([whole], after: order, &store) == [first.parent, second.parent, second.child])
        }
    }

    /// A leader that was cut off tells what its shard was.
    @Test func whatComesLateChangesNothing() throws {
        let first = try parts(of: whole, at: 5, child: 50)
        var moved = whole
        moved.epoch.config = 2
        var store = RowReports()
        let now = rows([whole], after: [first.parent, first.child], &store)
        #expect(store.take(moved, now) == .known(first.parent.epoch))
        #expect(rows(now, after: [moved, whole], &store) == now)
        // The same of a shard that was absorbed since.
        let again = try #require(first.parent.absorbing(first.child))
        let merged = rows(now, after: [again], &store)
        #expect(merged == [again])
        #expect(store.take(first.child, merged) == .waits)
        #expect(rows(merged, after: [first.child, first.parent], &store) == [again])
    }

    /// A shard was absorbed, and the one that has its keys is split where it began. Before the new part is heard of,
    /// the absorbed one just fits in between.
    @Test func whatIsLateDoesNotFillAGap() throws {
        let first = try parts(of: whole, at: 5, child: 50)
        let merged = try #require(first.parent.absorbing(first.child))
        let again = try parts(of: merged, at: 5, child: 51)
        for order in Self.orders(of: [again.parent, first.child]) {
            var store = RowReports()
            #expect(rows([merged], after: order, &store) == [merged])
            #expect(rows([merged], after: [again.child], &store) == [again.parent, again.child])
        }
    }

    private static func orders(of list: [Descriptor]) -> [[Descriptor]] {
        guard !list.isEmpty else { return [[]] }
        return list.indices.flatMap { position in
            var rest = list
            let one = rest.remove(at: position)
            return orders(of: rest).map { [one] + $0 }
        }
    }
}
