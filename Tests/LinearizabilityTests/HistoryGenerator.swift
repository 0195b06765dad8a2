import Linearizability
import TestKit

/// Makes histories that are linearizable by construction: every operation has a moment between call and answer at which
/// it acts on a real register, and its answer is what the register said then.
struct HistoryGenerator {
    /// How much of what; shares are of 100.
    struct Shape {
        var clients = 16
        var operations = 1000
        var keys = 1
        var getShare = 50
        var casShare = 15
        var deleteShare = 5
        var unknownShare = 1
    }

    private struct Plan {
        var operation: TextOperation
        /// When it acts; nil for never.
        var effect: Int64?
    }

    private let shape: Shape
    private var random: SeededGenerator

    /// A linearizable history of the shape.
    static func make(_ shape: Shape, seed: UInt64) -> [TextOperation] {
        var generator = HistoryGenerator(shape: shape, random: SeededGenerator(seed: seed))
        return generator.run()
    }

    private init(shape: Shape, random: SeededGenerator) {
        self.shape = shape
        self.random = random
    }

    private mutating func run() -> [TextOperation] {
        var plans: [Plan] = []
        var clock = [Int64](repeating: 0, count: shape.clients)
        for number in 0..<shape.operations {
            let client = number % shape.clients
            let plan = plan(number, client: client, after: clock[client])
            clock[client] = plan.operation.end
            plans.append(plan)
        }
        execute(&plans)
        return plans.map(\.operation)
    }

    private mutating func plan(_ number: Int, client: Int, after: Int64) -> Plan {
        let start = after + Int64.random(in: 1...40, using: &random)
        let end = start + Int64.random(in: 2...200, using: &random)
        var operation = TextOperation(
            client: Int32(client), kind: kind(), key: "key\(Int.random(in: 0..<shape.keys, using: &random))",
            start: start,
            end: end)
        if operation.kind == .put || operation.kind == .compareAndSet { operation.value = "v\(number)" }
        var effect: Int64? = Int64.random(in: start...end, using: &random)
        if Int.random(in: 0..<100, using: &random) < shape.unknownShare {
            operation.outcome = .unknown
            // Within its time, long after, or never.
            switch Int.random(in: 0..<3, using: &random) {
            case 0: break
            case 1: effect = end + Int64.random(in: 0...2000, using: &random)
            default: effect = nil
            }
        }
        return Plan(operation: operation, effect: effect)
    }

    private mutating func kind() -> HistoryOperation.Kind {
        let roll = Int.random(in: 0..<100, using: &random)
        if roll < shape.getShare { return .get }
        if roll < shape.getShare + shape.casShare { return .compareAndSet }
        return roll < shape.getShare + shape.casShare + shape.deleteShare ? .delete : .put
    }

    private mutating func execute(_ plans: inout [Plan]) {
        let order = plans.indices.filter { plans[$0].effect != nil }.sorted {
            (plans[$0].effect ?? 0, $0) < (plans[$1].effect ?? 0, $1)
        }
        var state: [String: String] = [:]
        var written: [String: [String]] = [:]
        for index in order {
            let key = plans[index].operation.key
            switch plans[index].operation.kind {
            case .get:
                plans[index].operation.found = state[key]
            case .delete:
                state[key] = nil
            case .put:
                state[key] = plans[index].operation.value
            case .compareAndSet:
                // Mostly what is there, sometimes what was there once.
                let isFresh = Int.random(in: 0..<4, using: &random) > 0
                let expect = isFresh ? state[key] : written[key]?.randomElement(using: &random)
                plans[index].operation.expect = expect
                if expect == state[key] {
                    state[key] = plans[index].operation.value
                } else if plans[index].operation.outcome == .ok {
                    plans[index].operation.outcome = .failed
                }
            }
            if let value = state[key], written[key]?.last != value { written[key, default: []].append(value) }
        }
    }
}
