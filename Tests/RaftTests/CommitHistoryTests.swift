@testable import Raft
import Testing

/// Rule 28: the measure of a learner is where the commit index stood one promise ago.
@Suite struct CommitHistoryTests {
    /// Against the whole history: never less than the truth, never more than what was true an eighth later.
    @Test(arguments: 1...10) func isNeverLessThanTheTruth(seed: UInt64) {
        var random = TestRandom(seed)
        let span = Interval.milliseconds(160)
        var history = CommitHistory()
        var all: [(at: Instant, index: LogIndex)] = []
        var now = Instant(nanoseconds: 0)
        for count in 1...500 {
            now = now + .milliseconds(Int64(random.below(random.chance(90) ? 10 : 500)))
            let index = LogIndex(UInt64(count))
            history.note(index, now: now, span: span)
            all.append((now, index))
            let asked = now + .milliseconds(Int64(random.below(100)))
            let start = asked + .milliseconds(-160)
            guard let answer = history.index(at: start) else {
                #expect(start < all[0].at)
                continue
            }
            let truth = all.last { $0.at <= start }?.index ?? .zero
            let later = all.last { $0.at <= start + .milliseconds(20) }?.index ?? .zero
            #expect(truth <= answer && answer <= later, "\(truth) ≤ \(answer) ≤ \(later)")
        }
    }
}
