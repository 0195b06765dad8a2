import Keyspace
import Raft
import Wire

extension ClusterView {
    /// The answer of `admin status --output json`.
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.field("healthy", isHealthy)
        json.name("problems")
        json.strings(problems)
        json.name("running")
        json.strings(running + operators)
        json.name("obstacles")
        json.strings(obstacles)
        json.name("nodes")
        json.append(nodes)
        json.name("shards")
        json.append(shards)
        json.endObject()
        return json.text
    }
}

extension JSONText {
    /// An array of texts.
    mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { value(text) }
        endArray()
    }

    /// An array of nodes.
    mutating func append(_ nodes: [NodeView]) {
        beginArray()
        for node in nodes { append(node) }
        endArray()
    }

    /// An array of shards.
    mutating func append(_ shards: [ShardView]) {
        beginArray()
        for shard in shards {
            beginObject()
            appendFields(of: shard)
            endObject()
        }
        endArray()
    }

    private mutating func append(_ node: NodeView) {
        beginObject()
        field("id", node.id.rawValue)
        field("address", node.address)
        field("state", node.state.rawValue)
        field("leaders", node.leaders)
        field("replicas", node.replicas)
        name("labels")
        beginObject()
        for (name, value) in node.labels { field(name, value) }
        endObject()
        endObject()
    }

    /// What every form of a shard has.
    mutating func appendFields(of shard: ShardView) {
        field("id", shard.id.rawValue)
        field("start", key: shard.start)
        field("end", key: shard.end)
        name("leader")
        if let leader = shard.leader { value(leader.rawValue) } else { null() }
        name("replicas")
        beginArray()
        for replica in shard.replicas {
            beginObject()
            field("node", replica.node.rawValue)
            field("role", replica.role.rawValue)
            endObject()
        }
        endArray()
        name("epoch")
        beginObject()
        field("version", String(shard.epoch.version))
        field("config", shard.epoch.config)
        endObject()
        for (title, figure) in [("size_bytes", shard.sizeBytes), ("keys", shard.keys)] {
            name(title)
            if shard.isMeasured { value(figure) } else { null() }
        }
    }

    /// One shard with what its replicas say.
    mutating func appendDetail(of shard: ShardView) {
        beginObject()
        appendFields(of: shard)
        name("status")
        beginArray()
        for replica in shard.replicas { append(replica) }
        endArray()
        endObject()
    }

    private mutating func append(_ replica: ShardView.ReplicaView) {
        beginObject()
        field("node", replica.node.rawValue)
        field("replica", replica.replica.rawValue)
        field("state", replica.status.map { "\($0.role)" } ?? "unreachable")
        if let status = replica.status {
            field("term", status.term.rawValue)
            field("commit", status.commit.rawValue)
            field("applied", status.applied.rawValue)
            field("size_bytes", status.sizeBytes)
            field("keys", status.keys)
        }
        endObject()
    }
}
