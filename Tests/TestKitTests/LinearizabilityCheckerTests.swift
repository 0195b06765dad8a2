import TestKit
import Testing

/// Small histories whose verdict anyone can see.
@Suite struct LinearizabilityCheckerTests {
    private let checker = LinearizabilityChecker()

    private func put(
        _ value: String, _ start: UInt64, _ end: UInt64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> HistoryOperation {
        HistoryOperation(client: 1, kind: .put, key: "k", value: value, outcome: outcome, start: start, end: end)
    }

    private func get(_ found: String?, _ start: UInt64, _ end: UInt64) -> HistoryOperation {
        HistoryOperation(client: 2, kind: .get, key: "k", found: found, start: start, end: end)
    }

    private func delete(
        _ start: UInt64, _ end: UInt64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> HistoryOperation {
        HistoryOperation(client: 3, kind: .delete, key: "k", outcome: outcome, start: start, end: end)
    }

    private func cas(
        _ expect: String?, _ value: String, _ start: UInt64, _ end: UInt64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> HistoryOperation {
        HistoryOperation(
            client: 4, kind: .cas, key: "k", value: value, expect: expect, outcome: outcome, start: start, end: end)
    }

    private func isLegal(_ history: [HistoryOperation]) -> Bool {
        let verdict = checker.check(history) == .linearizable
        #expect(verdict == ExhaustiveChecker.isLinearizable(history), "the two checkers disagree")
        return verdict
    }

    @Test func acceptsWhatOneOrderExplains() {
        #expect(isLegal([]))
        #expect(isLegal([put("a", 1, 2), get("a", 3, 4), delete(5, 6), get(nil, 7, 8)]))
        // Two writes overlap, so either may be the last.
        #expect(isLegal([put("a", 1, 10), put("b", 2, 9), get("a", 11, 12)]))
        #expect(isLegal([put("a", 1, 10), put("b", 2, 9), get("b", 11, 12)]))
        // A read that overlaps a write may see it or not.
        #expect(isLegal([put("a", 1, 10), get(nil, 2, 3), get("a", 4, 5)]))
        #expect(isLegal([cas(nil, "a", 1, 2), cas("a", "b", 3, 4), cas("a", "c", 5, 6, .failed), get("b", 7, 8)]))
        // An answer and a call at the same moment overlap.
        #expect(isLegal([put("a", 1, 5), get(nil, 5, 6)]))
    }

    @Test func rejectsAStaleRead() {
        #expect(!isLegal([put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)]))
        // Once one read has seen the new value no later one sees the old.
        #expect(!isLegal([put("a", 1, 2), put("b", 3, 20), get("b", 4, 5), get("a", 6, 7)]))
    }

    @Test func rejectsALostWrite() {
        #expect(!isLegal([put("a", 1, 2), get(nil, 3, 4)]))
        #expect(!isLegal([put("a", 1, 2), put("b", 3, 4), delete(1, 2), get(nil, 5, 6)]))
        #expect(!isLegal([put("a", 1, 2), delete(3, 4), get("a", 5, 6)]))
    }

    @Test func rejectsTwoSwapsOfOneValue() {
        #expect(!isLegal([put("a", 1, 2), cas("a", "b", 3, 10), cas("a", "c", 4, 11)]))
        #expect(!isLegal([cas(nil, "b", 3, 10), cas(nil, "c", 4, 11)]))
        #expect(isLegal([cas(nil, "b", 3, 10), delete(5, 6), cas(nil, "c", 4, 11)]))
    }

    @Test func rejectsAFalseConditionThatWasTrue() {
        #expect(!isLegal([put("a", 1, 2), cas("a", "b", 3, 4, .failed)]))
        #expect(isLegal([put("a", 1, 2), put("c", 3, 6, .unknown), cas("a", "b", 4, 5, .failed)]))
        var lenient = checker
        lenient.failedCASReads = false
        #expect(lenient.check([put("a", 1, 2), cas("a", "b", 3, 4, .failed)]) == .linearizable)
    }

    @Test func rejectsAValueFromNowhere() {
        #expect(!isLegal([put("a", 1, 2), get("b", 3, 4)]))
        #expect(!isLegal([get("a", 1, 2), put("a", 3, 4)]))
        #expect(!isLegal([put("a", 1, 2, .failed), get("a", 3, 4)]))
    }

    @Test func unknownWritesMayComeLateOnceOrNever() {
        let unknown = put("u", 1, 2, .unknown)
        #expect(isLegal([unknown, get(nil, 3, 4)]))
        #expect(isLegal([unknown, get(nil, 3, 4), get("u", 5, 6)]))
        #expect(isLegal([unknown, put("a", 3, 4), get("a", 5, 6), get("u", 7, 8)]))
        #expect(!isLegal([unknown, get("u", 3, 4), put("a", 5, 6), get("u", 7, 8)]))
        #expect(!isLegal([unknown, get("u", 3, 4), get(nil, 5, 6)]))
        #expect(isLegal([put("a", 1, 2), delete(3, 4, .unknown), get("a", 5, 6), get(nil, 7, 8)]))
        #expect(!isLegal([put("a", 1, 2), delete(3, 4, .unknown), get(nil, 5, 6), get("a", 7, 8)]))
    }

    @Test func showsASmallWindow() throws {
        var history = HistoryGenerator.make(.init(operations: 2000, keys: 20), seed: 7)
        let last = history.map(\.end).max() ?? 0
        let old = HistoryOperation(
            client: 90, kind: .put, key: "bad", value: "old", start: last + 1, end: last + 2)
        let new = HistoryOperation(
            client: 90, kind: .put, key: "bad", value: "new", start: last + 3, end: last + 4)
        let stale = HistoryOperation(
            client: 91, kind: .get, key: "bad", found: "old", start: last + 5, end: last + 6)
        history += [stale, old, new]
        guard case .violation(let key, _, let window) = checker.check(history) else {
            Issue.record("a stale read was accepted")
            return
        }
        #expect(key == "bad")
        #expect(window.contains(stale) && window.contains(old) && window.count <= 12)
    }
}
