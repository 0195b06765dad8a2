import Control
import Keyspace
import NIOCore
import Raft
import Wire

/// Reads the rows that a new placement leader begins with.
struct PlacementRows: Sendable {
    let shard: SystemShard

    /// Calls `done` with all of them, or with nil when they cannot be read now.
    func read(then done: @escaping @Sendable (ControlRows?) -> Void) {
        let ranges = [SystemRow.nodes, SystemRow.shards, SystemRow.duties, SystemRow.settings, SystemRow.operators]
        read(ranges, [], done)
    }

    private func read(
        _ ranges: [KeyRange], _ found: [SystemShard.Row], _ done: @escaping @Sendable (ControlRows?) -> Void
    ) {
        guard let range = ranges.first else { return done(try? Self.decode(found)) }
        shard.rows(in: range) { result in
            guard case .success(let rows) = result else { return done(nil) }
            read(Array(ranges.dropFirst()), found + rows, done)
        }
    }

    private static func decode(_ rows: [SystemShard.Row]) throws(WireError) -> ControlRows {
        var found = ControlRows()
        found.nodes = try NodeRow.decode(rows).map { ($0.node, $0.record.labels) }
        for row in rows { try found.take(row.key, row.value, row.version) }
        return found
    }
}
