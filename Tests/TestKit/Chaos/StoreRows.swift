import Keyspace
import RocksEngine
import Storage
import Wire

/// What the users' rows are on a node's disk.
enum StoreRows {
    /// Every row with its header, by its key; the node must not run.
    static func read(_ directory: String) throws -> [[UInt8]: [UInt8]] {
        let (engine, _) = try RocksEngine.open(try DataDirectory.open(directory))
        var rows: [[UInt8]: [UInt8]] = [:]
        let snapshot = try engine.snapshot()
        try [Key.userSpace].withBytes { from in
            try [Key.userSpace + 1].withBytes { to in
                try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                    rows[bytes(key)] = bytes(value)
                    return true
                }
            }
        }
        return rows
    }

    private static func bytes(_ span: RawSpan) -> [UInt8] { (0..<span.byteCount).map { span.loadUInt8(at: $0) } }
}
