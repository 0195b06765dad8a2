internal import Raft

/// From a node's id to its number. A pass asks for every replica there is, so ids that are small, as they are when
/// nobody chose them by hand, are looked up in a table.
struct NodeDirectory: Sendable {
    private var table: [Int32] = []
    private var rest: [NodeID: Int] = [:]
    /// The answer for nodes that are not there.
    private let none: Int

    /// Ids beyond this take no room in the table.
    private static let tableMax: UInt64 = 65_536

    init(_ nodes: [NodeView]) {
        none = nodes.count
        for (number, node) in nodes.enumerated() {
            guard node.id.rawValue < Self.tableMax else {
                rest[node.id] = number
                continue
            }
            let place = Int(node.id.rawValue)
            while table.count <= place { table.append(Int32(clamping: none)) }
            table[place] = Int32(clamping: number)
        }
    }

    subscript(_ node: NodeID) -> Int {
        if node.rawValue < UInt64(table.count) { return Int(table[Int(node.rawValue)]) }
        return rest.isEmpty ? none : rest[node] ?? none
    }
}
