import Control
import Keyspace
import NIOCore
import Raft
import Wire

/// Reads the rows that a new placement leader begins with. A row that does not read is an error: nothing may be planned
/// as if it were not there.
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
        for row in rows {
            if SystemRow.shards.contains(row.key) {
                found.shards.append(try SystemRow.decodeDescriptor(row.value))
            } else if SystemRow.operators.contains(row.key) {
                found.operators.append((try SystemRow.decodeOperator(row.value), row.version))
            } else if let node = SystemRow.node(ofDuty: row.key) {
                found.duties.append((node, try SystemRow.decodeDuty(row.value), row.version))
            } else if row.key == SystemRow.replication {
                found.replication = (try SystemRow.decodeReplication(row.value), row.version)
            }
        }
        return found
    }
}
