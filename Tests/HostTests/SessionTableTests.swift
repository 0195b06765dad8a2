import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Rule 22: a command that is repeated under its name is applied at most once.
@Suite struct SessionTableTests {
    private let window = Fixture.window

    private func header(
        _ sequence: UInt64, doneBelow: UInt64 = 0, session: UInt64 = 1, issued: UInt64 = 0
    ) -> CommandHeader {
        CommandHeader(
            session: session, sequence: sequence, doneBelow: doneBelow, issuedAt: Fixture.start + issued)
    }

    private func outcome(_ number: UInt64) -> CommandOutcome { .done(.one(.put(version: Timestamp(number)))) }

    @Test("a repeated command has one effect and the same answer, in and across batches")
    func atMostOnce() throws {
        var bench = try ApplyBench()
        let key = Fixture.key(0, 1)
        let first = try bench.apply(at: 0, header(1)) { try $0.putIfAbsent(key, [1]) }
        #expect(first == .done(.one(.swapped(version: Timestamp(milliseconds: Fixture.start)))))
        for milliseconds in [UInt64(0), 5, 400_000] {
            #expect(try bench.apply(at: milliseconds, header(1)) { try $0.putIfAbsent(key, [1]) } == first)
        }
        try bench.reload()
        #expect(try bench.apply(at: 400_001, header(1)) { try $0.putIfAbsent(key, [1]) } == first)
    }

    @Test("answers below done-below are dropped, and their repeats refused")
    func doneBelow() throws {
        var table = SessionTable()
        for sequence in UInt64(1)...300 {
            table.record(header(sequence, doneBelow: sequence - 1), outcome(sequence), stampMilliseconds: 1)
        }
        #expect(table.answerCount == 2)
        #expect(verdict(table, header(299)) == .known(outcome(299)))
        #expect(verdict(table, header(298)) == .expired)
        #expect(verdict(table, header(301)) == .new)
    }

    @Test("commands out of order are remembered in order")
    func outOfOrder() {
        var table = SessionTable()
        for sequence in [UInt64(5), 2, 9, 3, 1] {
            table.record(header(sequence), outcome(sequence), stampMilliseconds: 1)
        }
        for sequence in [UInt64(1), 2, 3, 5, 9] {
            #expect(verdict(table, header(sequence)) == .known(outcome(sequence)))
        }
        #expect(verdict(table, header(4)) == .new)
    }

    @Test("what was issued before the window is refused, unless its answer is known")
    func issuedBeforeWindow() {
        var table = SessionTable()
        table.record(header(1), outcome(1), stampMilliseconds: Fixture.start)
        let late = Fixture.start + window + 1
        #expect(table.verdict(header(2), stampMilliseconds: late - 1, window: window) == .new)
        #expect(table.verdict(header(2), stampMilliseconds: late, window: window) == .expired)
        #expect(table.verdict(header(1), stampMilliseconds: late, window: window) == .known(outcome(1)))
        #expect(table.verdict(header(2, session: 2), stampMilliseconds: late, window: window) == .expired)
    }

    @Test("silent sessions are swept by replicated time, later than anything of them may be repeated")
    func sweep() {
        var table = SessionTable()
        table.record(header(1), outcome(1), stampMilliseconds: Fixture.start)
        table.sweep(stampMilliseconds: Fixture.start + window, window: window)
        #expect(table.sessionCount == 1)
        table.sweep(stampMilliseconds: Fixture.start + 2 * window, window: window)
        #expect(table.sessionCount == 0)
        #expect(table.answerCount == 0)
    }

    @Test("a full table takes no new session")
    func full() {
        var table = SessionTable()
        for session in 1...UInt64(SessionTable.sessionsMax) {
            table.record(header(1, session: session), outcome(1), stampMilliseconds: 1)
        }
        #expect(verdict(table, header(1, session: .max)) == .full)
        #expect(verdict(table, header(2, session: 1)) == .new)
        #expect(verdict(table, header(1, session: 5)) == .known(outcome(1)))
    }

    private func verdict(_ table: SessionTable, _ header: CommandHeader) -> SessionTable.Verdict {
        table.verdict(header, stampMilliseconds: Fixture.start, window: window)
    }

    @Test("checkpoint and deltas are read back as they were", arguments: UInt64(1)...10)
    func roundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var table = SessionTable()
        var restored = SessionTable()
        for _ in 0..<20 {
            var recorded: [SessionTable.Recorded] = []
            for _ in 0..<random.draw(1...6) {
                let item = recordedCommand(&random)
                // As apply does.
                table.sweep(stampMilliseconds: item.stampMilliseconds, window: window)
                table.record(item.header, item.outcome, stampMilliseconds: item.stampMilliseconds)
                recorded.append(item)
            }
            try restored.absorb(delta: SessionTable.encodeDelta(recorded), window: window)
            if random.chance(20) { restored = try SessionTable.decode(checkpoint: restored.encodeCheckpoint()) }
        }
        #expect(restored.encodeCheckpoint() == table.encodeCheckpoint())
        #expect(restored.answerCount == table.answerCount)
    }

    private func recordedCommand(_ random: inout SeededRandom) -> SessionTable.Recorded {
        let sequence = UInt64(random.draw(1...40))
        let version = Timestamp(random.next())
        let outcomes: [OperationOutcome] = [
            .put(version: version), .deleted(existed: true, version: version),
            .deleted(existed: false, version: version), .swapped(version: version), .conditionFalse(current: nil),
            .conditionFalse(current: version),
        ]
        return SessionTable.Recorded(
            header: header(
                sequence, doneBelow: sequence - UInt64(random.draw(0...Int(sequence))),
                session: UInt64(random.draw(1...3))),
            stampMilliseconds: Fixture.start + UInt64(random.draw(0...1)),
            outcome: .done(WriteResult(outcomes: Array(outcomes.shuffled(using: &random).prefix(random.draw(1...3))))))
    }

    /// Rule 18: what a start reads back must decide as what was in memory did.
    @Test("a sweep is not forgotten by a start")
    func sweepSurvivesStart() throws {
        var bench = try ApplyBench()
        try bench.apply(at: 0, header(3, doneBelow: 3)) { try $0.put(Fixture.key(0, 1), [1]) }
        try bench.apply(at: 700_000) { try $0.put(Fixture.key(0, 1), [2]) }
        var restarted = bench
        restarted.engine = try bench.engine.restart().engine
        try restarted.reload()
        #expect(try restarted.state.sessions.encodeCheckpoint() == bench.state.sessions.encodeCheckpoint())

        let next = header(1, session: 2, issued: 700_001)
        try restarted.apply(at: 700_001, next) { try $0.put(Fixture.key(0, 1), [3]) }
        let swept = try restarted.state.sessions.encodeCheckpoint()
        #expect(try restarted.state.sessions.sessionCount == 1)
        try restarted.reload()
        #expect(try restarted.state.sessions.encodeCheckpoint() == swept)
    }

    /// Rule 24.
    @Test("an unknown format is refused")
    func unknownFormat() throws {
        var checkpoint = SessionTable().encodeCheckpoint()
        checkpoint.setInteger(UInt8(2), at: 0)
        #expect(throws: WireError.self) { _ = try SessionTable.decode(checkpoint: checkpoint) }
        var delta = SessionTable.encodeDelta([])
        delta.setInteger(UInt8(2), at: 0)
        var table = SessionTable()
        #expect(throws: WireError.self) { try table.absorb(delta: delta, window: window) }
    }

    @Test("mutated and cut bytes are read or refused, never trapped on", arguments: UInt64(1)...4)
    func mutations(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let recorded = (0..<8).map { _ in recordedCommand(&random) }
        let delta = SessionTable.encodeDelta(recorded)
        var table = SessionTable()
        try table.absorb(delta: delta, window: window)
        let checkpoint = table.encodeCheckpoint()
        for _ in 0..<600 {
            var other = table
            try? other.absorb(delta: mutated(delta, &random), window: window)
            if var read = try? SessionTable.decode(checkpoint: mutated(checkpoint, &random)) {
                try? read.absorb(delta: delta, window: window)
                _ = read.encodeCheckpoint()
            }
        }
        for length in 0..<checkpoint.readableBytes {
            let cut = try #require(checkpoint.getSlice(at: 0, length: length))
            #expect(throws: WireError.self) { _ = try SessionTable.decode(checkpoint: cut) }
        }
    }

    private func mutated(_ bytes: ByteBuffer, _ random: inout SeededRandom) -> ByteBuffer {
        var bytes = bytes
        for _ in 0..<random.draw(1...3) {
            let position = random.draw(0...(bytes.readableBytes - 1))
            bytes.setInteger(random.chance(30) ? UInt8.max : UInt8(random.draw(0...255)), at: position)
        }
        return bytes
    }
}
