/// Which node could hand how many leaderships to which.
struct LeaderGraph: Sendable {
    private let nodes: Int
    private var counts: [Int32]

    init(nodes: Int) {
        self.nodes = nodes
        counts = [Int32](repeating: 0, count: nodes * nodes)
    }

    mutating func add(from: Int, to: Int) { counts[from * nodes + to] += 1 }

    mutating func remove(from: Int, to: Int) {
        if counts[from * nodes + to] > 0 { counts[from * nodes + to] -= 1 }
    }

    mutating func cut(from: Int, to: Int) { counts[from * nodes + to] = 0 }

    /// A shortest chain of nodes from `source` to the least burdened that it can reach, if that leads at least two
    /// less. Only open nodes are links.
    func chain(from source: Int, leaders: [Int], isOpen: [Bool]) -> [Int]? {
        var before = [Int](repeating: -1, count: nodes)
        before[source] = source
        var queue = [source]
        var next = 0
        var best = source
        while next < queue.count {
            let node = queue[next]
            next += 1
            for neighbour in 0..<nodes where before[neighbour] < 0 && isOpen[neighbour] {
                guard counts[node * nodes + neighbour] > 0 else { continue }
                before[neighbour] = node
                queue.append(neighbour)
                if leaders[neighbour] < leaders[best] { best = neighbour }
            }
            // The nearer ones come first: go further only when nothing here will do.
            if node == source, leaders[best] + 2 <= leaders[source] { break }
        }
        guard leaders[best] + 2 <= leaders[source] else { return nil }
        var chain = [best]
        while let first = chain.first, first != source { chain.insert(before[first], at: 0) }
        return chain
    }
}
