import Routing
import Testing

/// Rule 22: numbers of writes and what may be forgotten.
@Suite struct SessionStateTests {
    @Test func sequencesAreConsecutiveFromOne() {
        var session = SessionState(id: 9)
        let sequences = [session.begin(), session.begin()]
        #expect(sequences == [1, 2])
        #expect(session.doneBelow == 1)
    }

    @Test func zeroIsNoSessionSoItIsNeverAnId() {
        #expect(SessionState(id: 0).id != 0)
    }

    @Test func doneBelowStopsAtTheOldestOutstanding() {
        var session = SessionState(id: 9)
        for _ in 0..<5 { _ = session.begin() }
        session.finish(2)
        session.finish(3)
        #expect(session.doneBelow == 1)
        session.finish(1)
        #expect(session.doneBelow == 4)
        session.finish(5)
        #expect(session.doneBelow == 4)
        session.finish(4)
        #expect(session.doneBelow == 6)
        #expect(session.window == 0)
    }

    @Test func unknownAndRepeatedSequencesChangeNothing() {
        var session = SessionState(id: 9)
        _ = session.begin()
        session.finish(7)
        session.finish(0)
        #expect(session.doneBelow == 1)
        session.finish(1)
        session.finish(1)
        #expect(session.doneBelow == 2)
    }

    @Test func theWindowIsBounded() {
        var session = SessionState(id: 9)
        for _ in 1..<SessionState.windowMax { _ = session.begin() }
        var sequences = [session.begin(), session.begin()]
        #expect(sequences == [SessionState.windowMax, nil])
        session.finish(2)
        sequences = [session.begin()]
        #expect(sequences == [nil])
        session.finish(1)
        sequences = [session.begin(), session.begin(), session.begin()]
        #expect(sequences == [SessionState.windowMax + 1, SessionState.windowMax + 2, nil])
    }

    /// Against a plain set, over several turns of the ring.
    @Test func agreesWithASetOfOutstandingSequences() {
        var generator = SplitMix64(seed: 4)
        var session = SessionState(id: 9)
        var outstanding: [UInt64] = []
        for _ in 0..<300_000 {
            if outstanding.count < 50 || Bool.random(using: &generator), let sequence = session.begin() {
                outstanding.append(sequence)
            } else if !outstanding.isEmpty {
                let place = Int.random(in: 0..<min(outstanding.count, 64), using: &generator)
                session.finish(outstanding.remove(at: place))
            }
            if outstanding.count > 100 { session.finish(outstanding.removeFirst()) }
            guard session.doneBelow == outstanding.first ?? session.nextSequence else {
                Issue.record("doneBelow is \(session.doneBelow), the oldest is \(outstanding.first ?? 0)")
                return
            }
        }
        #expect(session.nextSequence > SessionState.windowMax)
    }
}
