import Keyspace
import Raft
import Wire

extension ClusterView {
    /// The most shards that the one screen of `admin status` shows.
    private static let statusShardsMax = 16

    /// The answer of `admin status` for people.
    var text: String {
        let up = nodes.count { $0.state != .down && $0.state != .starting }
        let led = shards.count { $0.leader != nil }
        var text = isHealthy ? "healthy" : "NOT HEALTHY"
        text += ": \(up) of \(nodes.count) nodes up, \(led) of \(shards.count) shards have a leader\n\n"
        text += ClusterView.text(nodes) + "\n" + ClusterView.text(Array(shards.prefix(ClusterView.statusShardsMax)))
        if shards.count > ClusterView.statusShardsMax {
            text += "… and \(shards.count - ClusterView.statusShardsMax) more: dshard admin shards\n"
        }
        text +=
            ClusterView.list("wrong", problems) + ClusterView.list("running", running + operators)
            + ClusterView.list("cannot be done now", obstacles)
        return text
    }

    /// The table of nodes.
    static func text(_ nodes: [NodeView]) -> String {
        var table = TableText(header: ["NODE", "ADDRESS", "STATE", "LEADERS", "REPLICAS", "LABELS"])
        for node in nodes {
            let labels = node.labels.map { $0.name + "=" + $0.value }.joined(separator: ",")
            table.add([
                "\(node.id)", node.address, node.state.rawValue, "\(node.leaders)", "\(node.replicas)", labels,
            ])
        }
        return table.text
    }

    /// The table of shards.
    static func text(_ shards: [ShardView]) -> String {
        var table = TableText(header: ["SHARD", "LEADER", "REPLICAS", "EPOCH", "SIZE", "KEYS", "RANGE"])
        for shard in shards {
            // Where nobody answers, only the map is known.
            let replicas = shard.replicas.map { replica in
                let mark = replica.status == nil ? "?" : ""
                return "\(replica.node)\(mark)" + (replica.role == .voter ? "" : "(\(replica.role.rawValue))")
            }
            let size = shard.isMeasured ? ByteSize(bytes: Int(clamping: shard.sizeBytes)).description : "?"
            table.add([
                "\(shard.id)", shard.leader.map { "\($0)" } ?? "-", replicas.joined(separator: ","),
                "\(shard.epoch.version).\(shard.epoch.config)",
                size, shard.isMeasured ? "\(shard.keys)" : "?", shard.rangeText,
            ])
        }
        return table.text
    }

    /// One shard with what its replicas say.
    static func detail(_ shard: ShardView) -> String {
        var table = TableText(header: ["NODE", "REPLICA", "ROLE", "STATE", "TERM", "COMMIT", "APPLIED", "SIZE", "KEYS"])
        for replica in shard.replicas {
            var cells = ["\(replica.node)", "\(replica.replica)", replica.role.rawValue]
            if let status = replica.status {
                cells += [
                    "\(status.role)", "\(status.term)", "\(status.commit)", "\(status.applied)",
                    ByteSize(bytes: Int(clamping: status.sizeBytes)).description, "\(status.keys)",
                ]
            } else {
                cells.append("unreachable")
            }
            table.add(cells)
        }
        return text([shard]) + "\n" + table.text
    }

    private static func list(_ title: String, _ lines: [String]) -> String {
        guard !lines.isEmpty else { return "" }
        let shown = lines.prefix(statusShardsMax).map { "  \($0)\n" }.joined()
        let rest = lines.count - statusShardsMax
        return "\n\(title):\n" + shown + (rest > 0 ? "  … and \(rest) more\n" : "")
    }
}
