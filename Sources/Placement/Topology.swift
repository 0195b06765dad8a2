internal import Raft

/// Which nodes fail together.
///
/// Each level of labels cuts the nodes into places; a place of a lower level lies in one of the upper. Two voters in
/// one place are a *pair* of its level. The crowding of a set of voters counts its pairs, the upper levels first:
///
/// ```
/// levels zone, rack        voters a/1 a/1 b/1        pairs: zone 1, rack 1        crowding 0x0101
///                          voters a/1 a/2 b/1        pairs: zone 1, rack 0        crowding 0x0100
/// ```
struct Topology: Sendable {
    let levels: Int
    /// `places[node * levels + level]`; equal numbers are one place.
    private var places: [Int32] = []

    /// Nodes by their position; one that lacks a label is with all others that lack it.
    init(_ nodes: [NodeView], spreadBy labels: [String]) {
        levels = min(labels.count, PlacementRules.spreadLevelsMax)
        var numbers: [[String]: Int32] = [:]
        for node in nodes {
            var path: [String] = []
            for label in labels.prefix(levels) {
                path.append(node.labels[label] ?? "")
                let number = numbers[path] ?? Int32(clamping: numbers.count)
                numbers[path] = number
                places.append(number)
            }
        }
    }

    /// What two voters on these nodes add to the crowding.
    func crowding(_ a: Int, _ b: Int) -> UInt64 {
        var sum: UInt64 = 0
        for level in 0..<levels where places[a * levels + level] == places[b * levels + level] {
            sum &+= 1 << UInt64(8 * (levels - 1 - level))
        }
        return sum
    }

    /// What a voter on `node` adds to the crowding of voters on `others`.
    func crowding(of node: Int, with others: some Sequence<Int>) -> UInt64 {
        guard levels > 0 else { return 0 }
        return others.reduce(0) { $0 &+ crowding(node, $1) }
    }

    /// The crowding of voters on these nodes.
    func crowding(_ nodes: [Int]) -> UInt64 {
        guard levels > 0 else { return 0 }
        var sum: UInt64 = 0
        for position in nodes.indices { sum &+= crowding(of: nodes[position], with: nodes[..<position]) }
        return sum
    }

    /// The least crowding of `count` voters on `usable` nodes; nil when there are too few. Taking the least crowded
    /// node each time fills all places evenly, which is the least there is.
    func least(_ count: Int, on usable: [Int]) -> UInt64? {
        guard usable.count >= count else { return nil }
        var chosen: [Int] = []
        var rest = usable
        while chosen.count < count {
            var best = rest.startIndex
            for place in rest.indices.dropFirst()
            where crowding(of: rest[place], with: chosen) < crowding(of: rest[best], with: chosen) {
                best = place
            }
            chosen.append(rest.remove(at: best))
        }
        return crowding(chosen)
    }

    /// The number of the place of the uppermost level; nodes of one place are alike in whom they crowd there. Without
    /// levels every node is a place.
    func place(_ node: Int) -> Int { levels > 0 ? Int(places[node * levels]) : node }

    /// The pairs per level, for people.
    func pairs(_ crowding: UInt64) -> [Int] {
        (0..<levels).map { Int(crowding >> UInt64(8 * (levels - 1 - $0)) & 0xFF) }
    }
}
