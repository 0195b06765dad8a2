package import Keyspace
package import Raft
internal import Wire

/// A row of the system shard that this release cannot read: a later one wrote it, or it is damaged.
package struct UnreadableRow: Hashable, Sendable {
    package var key: Key
    /// For people.
    package var reason: String

    package init(key: Key, reason: String) {
        self.key = key
        self.reason = reason
    }

    /// The shard whose operator's row it is, which is left alone; with any other row nothing at all is planned.
    package var shard: ShardID? { SystemRow.shard(ofOperator: key) }
}

extension UnreadableRow: CustomStringConvertible {
    /// One line.
    package var description: String {
        let name = String(decoding: key.bytes.dropFirst(), as: UTF8.self)
        let effect = shard.map { "shard \($0) is left alone" } ?? "nothing is planned"
        return "row \(name) cannot be read (\(reason)): \(effect)"
    }
}
