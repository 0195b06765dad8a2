import Raft
package import Storage

/// Who may have forgotten what it promised (rule 15), in the file `SUSPECT`, outside RocksDB:
/// ```
/// node: the reason                     every replica that is here
/// replica 17 3: the reason             shard 17, replica 3
/// ```
package struct Suspicion: Hashable, Sendable {
    /// Why every replica of the node is suspect; nil: only those listed. Whoever knows which replicas there are
    /// replaces this by their names, so that later ones are not suspect too.
    package var node: String?
    /// The suspect replicas and why, in order.
    package private(set) var replicas: [(name: LogName, reason: String)]

    /// Nobody is suspect or, with a reason, every replica of the node.
    package init(node: String? = nil) {
        self.node = node
        replicas = []
    }

    /// Whether this replica must neither vote, campaign, acknowledge, lead nor serve.
    package func contains(_ name: LogName) -> Bool {
        node != nil || replicas.contains { $0.name == name }
    }

    /// Whether nobody is suspect.
    package var isEmpty: Bool { node == nil && replicas.isEmpty }

    /// Adds a replica; the first reason stays.
    package mutating func add(_ name: LogName, reason: String) {
        guard !replicas.contains(where: { $0.name == name }) else { return }
        let position = replicas.firstIndex { name < $0.name } ?? replicas.count
        replicas.insert((name, reason), at: position)
    }

    /// Removes a replica: its data was destroyed, its id will not come back.
    package mutating func remove(_ name: LogName) { replicas.removeAll { $0.name == name } }

    package static func == (a: Suspicion, b: Suspicion) -> Bool { a.encode() == b.encode() }

    package func hash(into hasher: inout Hasher) { hasher.combine(encode()) }

    /// The file's content.
    package func encode() -> String {
        func line(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }
        var text = node.map { "node: \(line($0))\n" } ?? ""
        for (name, reason) in replicas { text += "replica \(name.shard) \(name.replica): \(line(reason))\n" }
        return text
    }

    /// Reads the file; nil: there is none. Whatever does not read makes the whole node suspect: better one transfer
    /// too many than a promise broken.
    package static func decode(_ file: [UInt8]?) -> Suspicion {
        guard let file else { return Suspicion() }
        let unreadable = Suspicion(node: "the file SUSPECT is unreadable")
        guard let text = String(validating: file, as: UTF8.self), text.hasSuffix("\n") else { return unreadable }
        var suspicion = Suspicion()
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":") else { return unreadable }
            let reason = String(line[colon...].dropFirst().drop { $0 == " " })
            let words = line[..<colon].split(separator: " ")
            if words == ["node"] {
                suspicion.node = reason
            } else if words.count == 3, words[0] == "replica", let shard = UInt64(words[1]),
                let replica = UInt64(words[2])
            {
                suspicion.add(LogName(shard: ShardID(shard), replica: ReplicaID(replica)), reason: reason)
            } else {
                return unreadable
            }
        }
        return suspicion
    }
}
