import Linearizability
import TestKit
import Testing

/// Generated histories: legal ones are accepted, each kind of damage is seen, and the fast checker agrees with the
/// exhaustive one.
@Suite("The verdict on generated histories") struct LinearizabilityPropertyTests {
    @Test("Histories of a real register are accepted", arguments: 1...5 as ClosedRange<UInt64>)
    func acceptsLegalHistories(seed: UInt64) throws {
        let shapes: [HistoryGenerator.Shape] = [
            .init(clients: 16, operations: 2000, keys: 1),
            .init(clients: 16, operations: 2000, keys: 1, casShare: 0, unknownShare: 3),
            .init(clients: 16, operations: 2000, keys: 1, getShare: 10, casShare: 10, deleteShare: 10),
            .init(clients: 64, operations: 3000, keys: 30, unknownShare: 2),
        ]
        for shape in shapes {
            #expect(try LinearizabilityChecker.strict.accepts(HistoryGenerator.make(shape, seed: seed)))
            #expect(try LinearizabilityChecker().accepts(HistoryGenerator.make(shape, seed: seed)))
        }
    }

    @Test("Each kind of damage is seen", arguments: 1...8 as ClosedRange<UInt64>)
    func seesDamage(seed: UInt64) throws {
        let shape = HistoryGenerator.Shape(clients: 8, operations: 1500, keys: 3)
        let history = HistoryGenerator.make(shape, seed: seed)
        for damage in Damage.allCases {
            guard let broken = damage.apply(to: history, seed: seed) else {
                Issue.record("no place for \(damage) in seed \(seed)")
                continue
            }
            let example = try LinearizabilityChecker().counterExample(broken)
            let count = example?.steps.count ?? .max
            #expect(count <= 10, "\(damage), seed \(seed): \(example?.text ?? "accepted")")
        }
    }

    /// Small histories of every shape, with and without values that are written twice.
    @Test("The exhaustive checker agrees, and counter-examples offend by themselves", arguments: [false, true])
    func agreesWithTheExhaustiveChecker(strict: Bool) throws {
        var random = SeededGenerator(seed: 42)
        var checker = LinearizabilityChecker()
        checker.failedCASReads = strict
        var illegal = 0
        let rounds = 6000
        for round in 0..<rounds {
            let count = round % 10 == 0 ? 8 : 6
            let history = Self.smallHistory(&random, count: count, isUnique: round % 2 == 0)
            let expected = ExhaustiveChecker.accepts(history, failedCASReads: strict)
            let example = try checker.counterExample(history)
            #expect((example == nil) == expected, "round \(round): \(history)")
            guard let example else { continue }
            illegal += 1
            let part = example.steps.compactMap { step in
                history.first { $0.client == step.operation.client }
            }
            #expect(part.count == example.steps.count)
            #expect(!ExhaustiveChecker.accepts(part, failedCASReads: strict), "round \(round): \(example.text)")
        }
        #expect(illegal > rounds / 5 && illegal < rounds * 4 / 5, "\(illegal) illegal: the mix proves little")
    }

    @Test("A search that reaches its limit is an error that names the key")
    func givesUpInsteadOfRunningForever() throws {
        var limited = LinearizabilityChecker()
        limited.stepsMax = 10
        let history = HistoryGenerator.make(.init(operations: 500), seed: 1)
        #expect(throws: LinearizabilityError.tooHard(key: "key0", operations: 500)) {
            try limited.accepts(history)
        }
        // A key that certainly offends outweighs one that is too hard.
        let phantom = TextOperation(client: 1, kind: .get, key: "z", found: "phantom", start: 1, end: 2)
        #expect(try limited.counterExample(history + [phantom])?.key == "z")
    }

    @Test("Many clients on one key need hardly more steps than there are writes", arguments: [false, true])
    func hotKey(strict: Bool) throws {
        var limited = LinearizabilityChecker()
        limited.failedCASReads = strict
        limited.stepsMax = 5_000
        for seed in 1...3 as ClosedRange<UInt64> {
            let history = HistoryGenerator.make(.init(clients: 64, operations: 3_000, unknownShare: 1), seed: seed)
            #expect(try limited.accepts(history))
        }
    }

    @Test("Memory is bounded where orders explode")
    func boundsMemory() throws {
        var limited = LinearizabilityChecker()
        limited.searchBytesMax = 1 << 16
        // Twenty values that are each written twice, with one order among thousands of millions.
        var operations: [TextOperation] = []
        for number in 0..<40 as Range<Int32> {
            operations.append(
                TextOperation(
                    client: number, kind: .compareAndSet, key: "k", value: "v\(number % 20 + 1)",
                    expect: "v\(number % 20)", start: 1, end: 1000))
        }
        operations.append(TextOperation(client: 90, kind: .put, key: "k", value: "v0", start: 1, end: 1000))
        operations.append(TextOperation(client: 91, kind: .put, key: "k", value: "v0", start: 1, end: 1000))
        #expect(try LinearizabilityChecker().accepts(operations))
        operations.append(TextOperation(client: 92, kind: .get, key: "k", found: "v7", start: 1001, end: 1002))
        #expect(throws: LinearizabilityError.self) { try limited.accepts(operations) }
    }

    @Test("Many operations", .timeLimit(.minutes(1)))
    func handlesManyOperations() throws {
        #if DEBUG
            let count = 10_000
        #else
            let count = 300_000
        #endif
        let shape = HistoryGenerator.Shape(clients: 256, operations: count, keys: 5000)
        #expect(try LinearizabilityChecker().accepts(HistoryGenerator.make(shape, seed: 3)))
        let hot = HistoryGenerator.Shape(clients: 16, operations: count / 10, keys: 2)
        #expect(try LinearizabilityChecker.strict.accepts(HistoryGenerator.make(hot, seed: 4)))
    }

    /// Any operations at all, with values that are mostly plausible; the client is the operation's number.
    private static func smallHistory(
        _ random: inout SeededGenerator, count: Int, isUnique: Bool
    ) -> [TextOperation] {
        let values = (0..<count).map { "v\($0)" as String? } + [nil]
        return (0..<count).map { number in
            let start = Int64.random(in: 1...12, using: &random)
            let kinds: [HistoryOperation.Kind] = [.put, .put, .get, .get, .compareAndSet, .delete]
            let kind = kinds[Int.random(in: 0..<6, using: &random)]
            let outcomes: [HistoryOperation.Outcome] = [.ok, .ok, .ok, .unknown, .failed]
            let range = isUnique ? 0...count : (count - 3)...count
            func seen() -> String? { values[Int.random(in: range, using: &random)] }
            let written = isUnique ? "v\(number)" : values[Int.random(in: (count - 3)..<count, using: &random)]
            return TextOperation(
                client: Int32(number), kind: kind, key: "k",
                value: kind == .put || kind == .compareAndSet ? written : nil,
                expect: kind == .compareAndSet ? seen() : nil, found: kind == .get ? seen() : nil,
                outcome: outcomes[Int.random(in: 0..<5, using: &random)], start: start,
                end: start + Int64.random(in: 0...6, using: &random))
        }
    }
}
