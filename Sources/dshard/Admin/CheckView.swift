import Raft
import Wire

/// What a check of the whole cluster has found.
struct CheckView: Sendable {
    /// One per shard, in the order in which they were asked.
    var shards: [Result]

    /// A shard's check, or why there is none.
    struct Result: Sendable {
        var shard: ShardID
        var check: ShardCheck?
        /// For people.
        var trouble: String?

        /// One word.
        var word: String {
            switch check?.verdict {
            case .equal: "equal"
            case .incomplete: "incomplete"
            case .divergent: "divergent"
            case .divided: "divided"
            case nil: "failed"
            }
        }

        /// What is not as it should be, or nothing.
        var details: [String] {
            guard let check else { return [trouble ?? "it was not checked"] }
            return check.replicas.compactMap { replica in
                CheckView.text(replica.finding).map { text in
                    "replica \(replica.member.replica) on node \(replica.member.node) \(text)"
                }
            }
        }
    }

    /// Whether every replica was compared, and all are equal.
    var isClean: Bool { shards.allSatisfy { $0.check?.verdict == .equal } }

    /// One line.
    var summary: String {
        let replicas = shards.reduce(0) { $0 + ($1.check?.replicas.count ?? 0) }
        if isClean { return "\(shards.count) shards, \(replicas) replicas: all equal" }
        let counts = ["equal", "incomplete", "divergent", "divided", "failed"].compactMap { word in
            let count = shards.count { $0.word == word }
            return count == 0 ? nil : "\(count) \(word)"
        }
        return "\(shards.count) shards: \(counts.joined(separator: ", "))"
    }

    /// What is wrong with a replica; nil when nothing is.
    static func text(_ finding: ShardCheck.Finding) -> String? {
        switch finding {
        case .equal: nil
        case .chainDiffers: "did something else with the same entries: it is being replaced"
        case .dataDiffers: "stores something else: it is being replaced"
        case .unsure: "differs from others, and no majority agrees: see the manual"
        case .notScanned: "was not read in time: check again"
        case .notHeard: "was not compared: it did not answer"
        case .otherFormat: "was not compared: its node runs another release, which hashes otherwise"
        }
    }

    /// The findings' names in JSON.
    static func name(_ finding: ShardCheck.Finding) -> String {
        switch finding {
        case .equal: "equal"
        case .chainDiffers: "operations-differ"
        case .dataDiffers: "data-differs"
        case .unsure: "unsure"
        case .notScanned: "not-read"
        case .notHeard: "not-heard"
        case .otherFormat: "other-format"
        }
    }

    /// For people.
    var text: String {
        var table = TableText(header: ["SHARD", "ENTRY", "RESULT", "REPLICAS", "DETAILS"])
        for result in shards {
            table.add([
                "\(result.shard)", result.check.map { "\($0.index)" } ?? "-", result.word,
                result.check.map { "\($0.replicas.count)" } ?? "-", result.details.joined(separator: "; "),
            ])
        }
        return table.text + summary + "\n"
    }

    /// For scripts.
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.field("equal", isClean)
        json.name("shards")
        json.beginArray()
        for result in shards {
            json.beginObject()
            json.field("id", result.shard.rawValue)
            json.field("result", result.word)
            json.field("index", result.check?.index.rawValue ?? 0)
            json.name("trouble")
            if let trouble = result.trouble { json.value(trouble) } else { json.null() }
            json.name("replicas")
            json.beginArray()
            for replica in result.check?.replicas ?? [] {
                json.beginObject()
                json.field("id", replica.member.replica.rawValue)
                json.field("node", replica.member.node.rawValue)
                json.field("finding", CheckView.name(replica.finding))
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }
}
