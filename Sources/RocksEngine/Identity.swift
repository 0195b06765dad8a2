package import Raft
package import Wire

/// Who a data directory belongs to, in its file `IDENTITY` (rule 17): lines of "name: value", for people to read.
package struct Identity: Hashable, Sendable {
    /// Nil until the cluster is formed or joined.
    package var cluster: ClusterID?
    /// Nil until the cluster has given one.
    package var node: NodeID?
    /// Drawn at random for each life of the directory: a node that comes back empty is another incarnation.
    package var incarnation: UInt64
    /// The program that created the directory, for people.
    package var createdBy: String

    package init(cluster: ClusterID? = nil, node: NodeID? = nil, incarnation: UInt64, createdBy: String) {
        self.cluster = cluster
        self.node = node
        self.incarnation = incarnation
        self.createdBy = createdBy
    }

    /// The layout of the data directory that this program reads and writes.
    package static let format = 1

    /// The file's content.
    package func encode() -> String {
        var lines = ["format: \(Identity.format)"]
        if let cluster { lines.append("cluster: \(cluster)") }
        if let node { lines.append("node: \(node)") }
        lines.append("incarnation: \(incarnation)")
        lines.append("created by: \(createdBy.split(separator: "\n").joined(separator: " "))")
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads the file exactly. The path is for the error's text.
    package static func decode(_ bytes: [UInt8], path: String) throws(DirectoryError) -> Identity {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
            throw .unreadable(path, "is no text")
        }
        var values: [String: String] = [:]
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) {
            guard let colon = line.firstIndex(of: ":"), line[colon...].hasPrefix(": ") else {
                throw .unreadable(path, "line \"\(line)\" is not \"name: value\"")
            }
            let name = String(line[..<colon])
            guard values.updateValue(String(line[colon...].dropFirst(2)), forKey: name) == nil else {
                throw .unreadable(path, "\"\(name)\" is there twice")
            }
        }
        guard let theirs = values["format"].flatMap({ Int($0) }) else { throw .unreadable(path, "has no format") }
        guard theirs <= format else { throw .newerFormat(path, theirs: theirs, ours: format) }
        guard let incarnation = values["incarnation"].flatMap({ UInt64($0) }) else {
            throw .unreadable(path, "has no incarnation")
        }
        return Identity(
            cluster: try field(values["cluster"], path, "cluster") { ClusterID($0) },
            node: try field(values["node"], path, "node") { UInt64($0).map { NodeID($0) } },
            incarnation: incarnation, createdBy: values["created by"] ?? "")
    }

    private static func field<Value>(
        _ text: String?, _ path: String, _ name: String, _ read: (String) -> Value?
    ) throws(DirectoryError) -> Value? {
        guard let text else { return nil }
        guard let value = read(text) else { throw .unreadable(path, "has a malformed \(name)") }
        return value
    }
}
