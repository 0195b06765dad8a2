import Linearizability
import TestKit
import Testing

/// What is shown of a history that is not linearizable.
@Suite("Counter-examples") struct CounterExampleTests {
    private func operation(
        _ client: Int32, _ kind: HistoryOperation.Kind, _ value: String? = nil, expect: String? = nil,
        _ start: Int64, _ end: Int64, _ outcome: HistoryOperation.Outcome = .ok
    ) -> TextOperation {
        TextOperation(
            client: client, kind: kind, key: "k", value: kind == .get ? nil : value, expect: expect,
            found: kind == .get ? value : nil, outcome: outcome, start: start * 1_000, end: end * 1_000)
    }

    private func reason(_ operations: TextOperation...) throws -> String? {
        try LinearizabilityChecker().counterExample(operations)?.reason
    }

    @Test("The text is a table and a sentence")
    func text() throws {
        let example = try LinearizabilityChecker().counterExample([
            operation(1, .put, "noise", 10, 20), operation(2, .get, "noise", 1000, 1100),
            operation(10, .put, "a", 2000, 2500), operation(11, .put, "b", 3000, 14_250),
            operation(3, .get, "b", 14_300, 14_400), operation(4, .get, "a", 15_000, 15_001),
            operation(5, .get, "b", 16_000, 17_000),
        ])
        #expect(
            example?.text == """
                not linearizable: key k, 3 of its 7 operations:
                  client  start ms  end ms  operation  result
                      10     1.990   2.490  put a      ok
                      11     2.990  14.240  put b      ok
                       4    14.990  14.991  get        a
                get of client 4 found a, but the last write that it could see is put b of client 11

                """)
    }

    @Test("The sentence says what is wrong")
    func sentences() throws {
        #expect(
            try reason(operation(1, .get, "x", 1, 2))
                == "get of client 1 found x, which no operation of this history writes")
        #expect(
            try reason(operation(1, .put, "x", 1, 2, .failed), operation(2, .get, "x", 3, 4))
                == "get of client 2 found x, but the operation that writes it failed")
        #expect(
            try reason(operation(2, .get, "x", 1, 2), operation(1, .put, "x", 3, 4))
                == "get of client 2 found x, but it ended before the operation that writes it began")
        #expect(
            try reason(operation(1, .put, "x", 1, 2), operation(2, .get, nil, 3, 4))
                == "get of client 2 found absent, but the last write that it could see is put x of client 1")
        #expect(
            try reason(
                operation(1, .compareAndSet, "x", 1, 4), operation(2, .compareAndSet, "y", 2, 5))
                == "cas absent to x of client 1 and cas absent to y of client 2 both found absent, "
                + "but the key was absent only once")
        #expect(
            try reason(
                operation(1, .put, "x", 1, 2), operation(2, .put, "y", 3, 90), operation(3, .get, "y", 4, 5),
                operation(4, .get, "x", 6, 7))
                == "get of client 4 found x, but get of client 3 had found y before it began")
    }

    @Test("One wrong read among many operations is found, and little is shown", arguments: 1...6 as ClosedRange<UInt64>)
    func smallInLarge(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shape = HistoryGenerator.Shape(clients: 16, operations: 6_000, keys: Int(seed) * 2, unknownShare: 1)
        var operations = HistoryGenerator.make(shape, seed: seed)
        // A value that was overwritten long ago: its key has acknowledged writes since.
        let reads = operations.indices.filter { operations[$0].kind == .get && operations[$0].outcome == .ok }
        for read in reads.suffix(reads.count / 2).shuffled(using: &random) {
            let get = operations[read]
            let puts = operations.filter {
                $0.key == get.key && $0.kind == .put && $0.outcome == .ok && $0.end < get.start
            }
            guard puts.count > 20, let old = puts.prefix(10).randomElement(using: &random) else { continue }
            operations[read].found = old.value
            let example = try #require(try LinearizabilityChecker().counterExample(operations))
            #expect(example.key == get.key)
            #expect(example.steps.count <= 10, "\(example.text)")
            #expect(example.steps.contains { $0.operation.kind == .get && $0.observed == old.value })
            return
        }
        Issue.record("seed \(seed) has no place for a stale read")
    }
}
