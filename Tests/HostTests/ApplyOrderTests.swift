import Host
import Keyspace
import Raft
import Storage
import Testing
import Wire

/// Rule 18: what an entry does must not depend on where an apply batch ends, nor on a restart in between.
@Suite struct ApplyOrderTests {
    private static let entries = 24

    /// Applies the log in batches that end where `ends` says; reloads from the rows after some of them.
    private func digest(
        of log: [Entry<EncodedEntry>], endingAt ends: [Int], reloading: (Int) -> Bool = { _ in false }
    ) throws -> ApplyBench.Digest {
        var bench = try ApplyBench()
        var from = 0
        for end in ends + [log.count] where end > from {
            try bench.apply(Array(log[from..<end]))
            from = end
            if reloading(end) { try bench.reload() }
        }
        return try bench.digest()
    }

    @Test("a batch that ends at any position leaves the same state and answers", arguments: UInt64(1)...6)
    func everyPosition(seed: UInt64) throws {
        var generator = LogGenerator(seed: seed)
        let log = try generator.log(entries: Self.entries)
        let reference = try digest(of: log, endingAt: Array(1...log.count))
        for end in 1...log.count {
            let result = try digest(of: log, endingAt: [end])
            #expect(result.difference(from: reference) == nil, "seed \(seed), a batch ends at \(end)")
        }
    }

    @Test("a start at any position goes on as if nothing had happened", arguments: UInt64(1)...6)
    func everyRestart(seed: UInt64) throws {
        var generator = LogGenerator(seed: seed)
        let log = try generator.log(entries: Self.entries)
        let reference = try digest(of: log, endingAt: [])
        for end in 1...log.count {
            let restarted = try digest(of: log, endingAt: [end]) { _ in true }
            #expect(restarted.difference(from: reference) == nil, "seed \(seed), a start after \(end)")
        }
    }

    @Test("random batches and starts", arguments: UInt64(100)...125)
    func random(seed: UInt64) throws {
        var generator = LogGenerator(seed: seed)
        let log = try generator.log(entries: 45)
        var random = SeededRandom(seed: seed)
        let reference = try digest(of: log, endingAt: Array(1...log.count))
        for _ in 0..<2 {
            let percent = random.draw(5...90)
            let ends = (1..<log.count).filter { _ in random.chance(percent) }
            let restarts = Set(ends.filter { _ in random.chance(40) })
            let result = try digest(of: log, endingAt: ends) { restarts.contains($0) }
            let story = "batches end at \(ends), starts after \(restarts.sorted())"
            #expect(result.difference(from: reference) == nil, "seed \(seed), \(story)")
        }
    }

    @Test("the generated logs meet every outcome")
    func coverage() throws {
        var seen = Set<String>()
        for seed in UInt64(100)...125 {
            var generator = LogGenerator(seed: seed)
            let log = try generator.log(entries: 45)
            for outcome in try digest(of: log, endingAt: []).outcomes.joined() { seen.formUnion(names(of: outcome)) }
        }
        let all: Set = ["put", "deleted", "not there", "swapped", "false", "expired", "epoch"]
        #expect(seen == all)
    }

    private func names(of outcome: CommandOutcome) -> [String] {
        switch outcome {
        case .refused(.sessionExpired): ["expired"]
        case .refused(.epochMismatch): ["epoch"]
        case .refused(let error): ["\(error)"]
        case .done(let result):
            result.outcomes.map { outcome in
                switch outcome {
                case .put: "put"
                case .deleted(let existed, _): existed ? "deleted" : "not there"
                case .swapped: "swapped"
                case .conditionFalse: "false"
                }
            }
        }
    }

    @Test("session deltas become a checkpoint, and a start from either is the same")
    func checkpoint() throws {
        // Many outcomes a command, so that the deltas grow fast.
        let many = try Fixture.operations { list in
            for _ in 0..<1_000 { try list.delete(Fixture.key(0, 1)) }
        }
        var inMemory = try ApplyBench()
        var restarted = try ApplyBench()
        for sequence in UInt64(1)...32 {
            let header = CommandHeader(session: 7, sequence: sequence, doneBelow: 1, issuedAt: Fixture.start)
            try inMemory.apply(at: sequence, header) { $0 = many }
            try restarted.apply(at: sequence, header) { $0 = many }
            if sequence % 8 == 0 { try restarted.reload() }
        }
        #expect(try inMemory.state.applied.sessionsCheckpoint > .zero)
        #expect(try Recovered.all(in: inMemory.engine).first?.sessions.checkpoint != nil)
        #expect(try inMemory.digest().difference(from: restarted.digest()) == nil)
    }
}
