/// One fault with everything that was drawn for it.
enum ChaosFault: Sendable {
    case kill([Int])
    /// Killed again and again, so many milliseconds after each start.
    case crashLoop(Int, milliseconds: [Int])
    case powerLoss([Int], PowerLoss)
    case pause([Int])
    case slowDisk(Int, milliseconds: Int)
    case failedSync(Int, number: Int)
    case wallJump(Int, seconds: Int)
    case network(String, [Direction: LinkRule])
    case reset([(first: Int, second: Int)])
}

extension ChaosFault: CustomStringConvertible {
    var description: String {
        switch self {
        case .kill(let nodes): "kill \(nodes)"
        case .crashLoop(let node, let milliseconds): "kill \(node) \(milliseconds) ms after its starts"
        case .powerLoss(let nodes, let loss): "power loss at \(nodes): \(loss)"
        case .pause(let nodes): "pause \(nodes)"
        case .slowDisk(let node, let milliseconds): "syncs of \(node) take \(milliseconds) ms longer"
        case .failedSync(let node, let number): "sync \(number) of \(node) fails"
        case .wallJump(let node, let seconds): "wall clock of \(node) jumps by \(seconds) s"
        case .network(let what, _): what
        case .reset(let pairs): "reset \(pairs.map { "\($0.first)–\($0.second)" }.joined(separator: " "))"
        }
    }
}

extension ChaosFault {
    /// Draws a fault of this kind for a cluster of `count` nodes.
    static func draw(_ kind: ChaosKind, nodes count: Int, using random: inout SeededGenerator) -> ChaosFault {
        var order = Array(1...count)
        order.shuffle(using: &random)
        let one = order[0]
        let some = Array(order.prefix(Int.random(in: 1...count, using: &random))).sorted()
        let loss = PowerLoss(
            mode: PowerLoss.Mode.allCases.randomElement(using: &random) ?? .everything,
            names: PowerLoss.NameRule.allCases.randomElement(using: &random) ?? .strict, seed: random.next())
        switch kind {
        case .kill: return .kill([one])
        case .killSome: return .kill(some)
        case .killAll: return .kill(Array(1...count))
        case .crashLoop:
            return .crashLoop(one, milliseconds: (0..<4).map { _ in Int.random(in: 0...400, using: &random) })
        case .powerLoss: return .powerLoss(some, loss)
        case .powerLossAll: return .powerLoss(Array(1...count), loss)
        case .pause: return .pause(Array(some.prefix(2)))
        case .slowDisk: return .slowDisk(one, milliseconds: [20, 150, 600, 900].randomElement(using: &random) ?? 20)
        case .failedSync: return .failedSync(one, number: Int.random(in: 1...40, using: &random))
        case .wallJump:
            let year = 365 * 24 * 3600
            return .wallJump(
                one, seconds: [-10 * year, -3600, -1, 1, 3600, 10 * year].randomElement(using: &random) ?? 1)
        case .reset: return .reset(pairs(order, using: &random))
        default: return network(kind, order, using: &random)
        }
    }

    private static func pairs(_ order: [Int], using random: inout SeededGenerator) -> [(first: Int, second: Int)] {
        (0..<Int.random(in: 1...8, using: &random)).map { _ in
            let chosen = order.shuffled(using: &random)
            return (chosen[0], chosen[chosen.count > 1 ? 1 : 0])
        }
    }

    private static func network(
        _ kind: ChaosKind, _ order: [Int], using random: inout SeededGenerator
    ) -> ChaosFault {
        let count = order.count
        let one = order[0]
        switch kind {
        case .partition:
            let side = Set(order.prefix(max(1, count / 2)))
            return .network("partition \(side.sorted())", rules(order, .cut) { side.contains($0) != side.contains($1) })
        case .isolate:
            return .network("isolate \(one)", rules(order, .cut) { $0 == one || $1 == one })
        case .oneWay:
            let isDeaf = Bool.random(using: &random)
            return .network(
                isDeaf ? "\(one) hears nobody" : "nobody hears \(one)",
                rules(order, .cut) { isDeaf ? $1 == one : $0 == one })
        case .ring:
            return .network(
                "ring \(order)",
                rules(order, .cut) { from, to in
                    let positions = [from, to].compactMap { order.firstIndex(of: $0) }
                    let distance = abs(positions[0] - positions[1])
                    return distance != 1 && distance != count - 1
                })
        case .slice:
            return .network("bytes of \(one) one by one", rules(order, .sliced) { from, _ in from == one })
        default:
            let milliseconds = Int.random(in: 5...250, using: &random)
            return .network(
                "to and from \(one) \(milliseconds) ms later",
                rules(order, .delayed(milliseconds: milliseconds)) { $0 == one || $1 == one })
        }
    }

    private static func rules(
        _ nodes: [Int], _ rule: LinkRule, where holds: (_ from: Int, _ to: Int) -> Bool
    ) -> [Direction: LinkRule] {
        var rules: [Direction: LinkRule] = [:]
        for from in nodes {
            for to in nodes where from != to && holds(from, to) { rules[Direction(from: from, to: to)] = rule }
        }
        return rules
    }
}
