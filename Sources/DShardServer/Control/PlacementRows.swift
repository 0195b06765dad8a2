import Control
import Keyspace
import NIOCore
import Raft
import Wire

/// Reads the rows that a new placement leader begins with.
struct PlacementRows: Sendable {
    let shard: SystemShard

    /// Calls `done` with all of them, or with nil when they cannot be read now. Those that make no sense are named in
    /// them.
    func read(then done: @escaping @Sendable (ControlRows?) -> Void) {
        let ranges = [SystemRow.nodes, SystemRow.shards, SystemRow.duties, SystemRow.settings, SystemRow.operators]
        read(ranges, [], done)
    }

    private func read(
        _ ranges: [KeyRange], _ found: [SystemShard.Row], _ done: @escaping @Sendable (ControlRows?) -> Void
    ) {
        guard let range = ranges.first else { return done(Self.decode(found)) }
        shard.rows(in: range) { result in
            guard case .success(let rows) = result else { return done(nil) }
            read(Array(ranges.dropFirst()), found + rows, done)
        }
    }

    private static func decode(_ rows: [SystemShard.Row]) -> ControlRows {
        var found = ControlRows()
        for row in rows {
            guard SystemRow.nodes.contains(row.key) else {
                found.take(row.key, row.value, row.version)
                continue
            }
            do throws(WireError) {
                found.nodes += try NodeRow.decode([row]).map { ($0.node, $0.record.labels) }
            } catch {
                found.unreadable.append(UnreadableRow(key: row.key, reason: "\(error)"))
            }
        }
        return found
    }
}
