import Linearizability
import Testing

/// Small histories whose verdict anyone can see.
@Suite("The verdict on a small history") struct LinearizabilityCheckerTests {
    private func put(
        _ value: String, _ start: Int64, _ end: Int64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> TextOperation {
        TextOperation(client: 1, kind: .put, key: "k", value: value, outcome: outcome, start: start, end: end)
    }

    private func get(_ found: String?, _ start: Int64, _ end: Int64) -> TextOperation {
        TextOperation(client: 2, kind: .get, key: "k", found: found, start: start, end: end)
    }

    private func delete(
        _ start: Int64, _ end: Int64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> TextOperation {
        TextOperation(client: 3, kind: .delete, key: "k", outcome: outcome, start: start, end: end)
    }

    private func cas(
        _ expect: String?, _ value: String, _ start: Int64, _ end: Int64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> TextOperation {
        TextOperation(
            client: 4, kind: .compareAndSet, key: "k", value: value, expect: expect, outcome: outcome, start: start,
            end: end)
    }

    private func isLegal(_ history: [TextOperation], strict: Bool = false) throws -> Bool {
        let checker = strict ? LinearizabilityChecker.strict : LinearizabilityChecker()
        let verdict = try checker.accepts(history)
        #expect(
            verdict == ExhaustiveChecker.accepts(history, failedCASReads: strict), "the two checkers disagree")
        return verdict
    }

    @Test("One order that explains everything is enough")
    func acceptsWhatOneOrderExplains() throws {
        #expect(try isLegal([]))
        #expect(try isLegal([put("a", 1, 2), get("a", 3, 4), delete(5, 6), get(nil, 7, 8)]))
        // Two writes overlap, so either may be the last.
        #expect(try isLegal([put("a", 1, 10), put("b", 2, 9), get("a", 11, 12)]))
        #expect(try isLegal([put("a", 1, 10), put("b", 2, 9), get("b", 11, 12)]))
        // A read that overlaps a write may see it or not.
        #expect(try isLegal([put("a", 1, 10), get(nil, 2, 3), get("a", 4, 5)]))
        #expect(
            try isLegal([cas(nil, "a", 1, 2), cas("a", "b", 3, 4), cas("a", "c", 5, 6, .failed), get("b", 7, 8)]))
        // An answer and a call at the same moment overlap.
        #expect(try isLegal([put("a", 1, 5), get(nil, 5, 6)]))
    }

    @Test("Everything overlaps everything")
    func acceptsFullOverlap() throws {
        #expect(
            try isLegal([put("a", 1, 9), put("b", 1, 9), get("b", 1, 9), get("a", 1, 9), get(nil, 1, 9), delete(1, 9)]))
        #expect(try isLegal([cas("b", "c", 1, 9), cas("a", "b", 1, 9), cas(nil, "a", 1, 9), get("b", 1, 9)]))
        #expect(try !isLegal([cas("b", "a", 1, 9), cas("a", "b", 1, 9), get("b", 1, 9), get("a", 1, 9)]))
    }

    @Test("A stale read")
    func rejectsAStaleRead() throws {
        #expect(try !isLegal([put("a", 1, 2), put("b", 3, 4), get("a", 5, 6)]))
        // Once one read has seen the new value no later one sees the old.
        #expect(try !isLegal([put("a", 1, 2), put("b", 3, 20), get("b", 4, 5), get("a", 6, 7)]))
    }

    @Test("A lost update, and a lost delete")
    func rejectsALostWrite() throws {
        #expect(try !isLegal([put("a", 1, 2), get(nil, 3, 4)]))
        #expect(try !isLegal([put("a", 1, 2), put("b", 3, 4), delete(1, 2), get(nil, 5, 6)]))
        #expect(try !isLegal([put("a", 1, 2), delete(3, 4), get("a", 5, 6)]))
        #expect(try !isLegal([put("a", 1, 2), cas("a", "b", 3, 4), cas("a", "c", 5, 6), get("c", 7, 8)]))
    }

    @Test("A compare-and-set that succeeded twice")
    func rejectsTwoSwapsOfOneValue() throws {
        #expect(try !isLegal([put("a", 1, 2), cas("a", "b", 3, 10), cas("a", "c", 4, 11)]))
        #expect(try !isLegal([cas(nil, "b", 3, 10), cas(nil, "c", 4, 11)]))
        #expect(try isLegal([cas(nil, "b", 3, 10), delete(5, 6), cas(nil, "c", 4, 11)]))
        // The same value may be written twice, and then swapped twice.
        #expect(try isLegal([put("a", 1, 2), cas("a", "b", 3, 10), put("a", 3, 10), cas("a", "c", 4, 11)]))
    }

    @Test("A condition that was said to be false, and was true")
    func rejectsAFalseConditionThatWasTrue() throws {
        let broken = [put("a", 1, 2), cas("a", "b", 3, 4, .failed)]
        #expect(try !isLegal(broken, strict: true))
        #expect(try isLegal(broken))
        #expect(try isLegal([put("a", 1, 2), put("c", 3, 6, .unknown), cas("a", "b", 4, 5, .failed)], strict: true))
        let reason = try LinearizabilityChecker.strict.counterExample(broken)?.reason
        #expect(reason?.contains("its condition held") == true)
    }

    @Test("A value that was never written")
    func rejectsAValueFromNowhere() throws {
        #expect(try !isLegal([put("a", 1, 2), get("b", 3, 4)]))
        #expect(try !isLegal([get("a", 1, 2), put("a", 3, 4)]))
        #expect(try !isLegal([put("a", 1, 2, .failed), get("a", 3, 4)]))
    }

    @Test("An unknown write takes effect late, once, or never")
    func unknownWrites() throws {
        let unknown = put("u", 1, 2, .unknown)
        #expect(try isLegal([unknown, get(nil, 3, 4)]))
        #expect(try isLegal([unknown, get(nil, 3, 4), get("u", 5, 6)]))
        #expect(try isLegal([unknown, put("a", 3, 4), get("a", 5, 6), get("u", 7, 8)]))
        #expect(try !isLegal([unknown, get("u", 3, 4), put("a", 5, 6), get("u", 7, 8)]))
        #expect(try !isLegal([unknown, get("u", 3, 4), get(nil, 5, 6)]))
        #expect(try isLegal([put("a", 1, 2), delete(3, 4, .unknown), get("a", 5, 6), get(nil, 7, 8)]))
        #expect(try !isLegal([put("a", 1, 2), delete(3, 4, .unknown), get(nil, 5, 6), get("a", 7, 8)]))
        #expect(try !isLegal([put("a", 1, 2), get(nil, 3, 4), delete(5, 6, .unknown)]))
        #expect(try isLegal([cas(nil, "u", 1, 2, .unknown), cas("u", "v", 3, 4, .unknown), get("v", 5, 6)]))
    }
}
