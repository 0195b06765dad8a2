import TestKit
import Testing

/// Generated histories: legal ones are accepted, each kind of damage is seen, and the fast checker agrees with the
/// exhaustive one.
@Suite struct LinearizabilityPropertyTests {
    private let checker = LinearizabilityChecker()

    @Test(arguments: 1...5)
    func acceptsLegalHistories(seed: UInt64) {
        let shapes: [HistoryGenerator.Shape] = [
            .init(clients: 16, operations: 2000, keys: 1),
            .init(clients: 16, operations: 2000, keys: 1, casShare: 0, unknownShare: 3),
            .init(clients: 16, operations: 2000, keys: 1, getShare: 10, casShare: 10, deleteShare: 10),
            .init(clients: 64, operations: 3000, keys: 30, unknownShare: 2),
        ]
        for shape in shapes {
            #expect(checker.check(HistoryGenerator.make(shape, seed: seed)) == .linearizable)
        }
    }

    @Test(arguments: 1...8)
    func seesDamage(seed: UInt64) {
        let shape = HistoryGenerator.Shape(clients: 8, operations: 1500, keys: 3)
        let history = HistoryGenerator.make(shape, seed: seed)
        for damage in Damage.allCases {
            guard let broken = damage.apply(to: history, seed: seed) else {
                Issue.record("no place for \(damage) in seed \(seed)")
                continue
            }
            guard case .violation = checker.check(broken) else {
                Issue.record("\(damage) was accepted, seed \(seed)")
                continue
            }
        }
    }

    /// Six operations in every small shape: three thousand histories, about half of them illegal.
    @Test func agreesWithTheExhaustiveChecker() {
        var random = SeededGenerator(seed: 42)
        var illegal = 0
        for round in 0..<3000 {
            let history = Self.smallHistory(&random)
            let expected = ExhaustiveChecker.isLinearizable(history)
            let verdict = checker.check(history)
            #expect((verdict == .linearizable) == expected, "round \(round): \(history)")
            if !expected { illegal += 1 }
        }
        #expect(illegal > 600 && illegal < 2400, "\(illegal) illegal: the mix proves little")
    }

    @Test func givesUpInsteadOfRunningForever() {
        var limited = checker
        limited.stepLimitPerKey = 10
        let history = HistoryGenerator.make(.init(operations: 500), seed: 1)
        #expect(limited.check(history) == .undecided(key: "key0"))
    }

    @Test(.timeLimit(.minutes(1)))
    func handlesManyOperations() {
        #if DEBUG
            let count = 20_000
        #else
            let count = 500_000
        #endif
        let shape = HistoryGenerator.Shape(clients: 256, operations: count, keys: 5000)
        #expect(checker.check(HistoryGenerator.make(shape, seed: 3)) == .linearizable)
        let hot = HistoryGenerator.Shape(clients: 16, operations: count / 10, keys: 2)
        #expect(checker.check(HistoryGenerator.make(hot, seed: 4)) == .linearizable)
    }

    /// Any operations at all, with values that are mostly plausible.
    private static func smallHistory(_ random: inout SeededGenerator) -> [HistoryOperation] {
        let values = ["v0", "v1", "v2", "v3", "v4", "v5", nil]
        return (0..<6).map { number in
            let start = UInt64.random(in: 1...12, using: &random)
            let kinds: [HistoryOperation.Kind] = [.put, .put, .get, .get, .cas, .delete]
            let kind = kinds[Int.random(in: 0..<6, using: &random)]
            let outcomes: [HistoryOperation.Outcome] = [.ok, .ok, .ok, .unknown, .failed]
            var seen: String? { values[Int.random(in: 0..<values.count, using: &random)] }
            return HistoryOperation(
                client: number, kind: kind, key: "k", value: kind == .put || kind == .cas ? "v\(number)" : nil,
                expect: kind == .cas ? seen : nil, found: kind == .get ? seen : nil,
                outcome: outcomes[Int.random(in: 0..<5, using: &random)], start: start,
                end: start + UInt64.random(in: 0...6, using: &random))
        }
    }
}
