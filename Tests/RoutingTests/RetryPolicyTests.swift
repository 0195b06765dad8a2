import Keyspace
import Raft
import Routing
import Testing
import Wire

/// Rules 22 and 23: what may be sent again.
@Suite struct RetryPolicyTests {
    static func decide(
        _ operation: RetryPolicy.Operation, _ failure: RetryPolicy.Failure, attempt: Int = 1, learned: Bool = false,
        mayBeApplied: Bool = false, timeLeft: Interval = .seconds(5), seed: UInt64 = 1
    ) -> RetryPolicy.Decision {
        var generator = SplitMix64(seed: seed)
        return RetryPolicy().decide(
            operation, failure, attempt: attempt, learned: learned, mayBeApplied: mayBeApplied, timeLeft: timeLeft,
            using: &generator)
    }

    static let hint = NodeAddress(node: NodeID(2), address: "a:1", incarnation: 1)

    @Test func aDoubtIsOnlySentAgainInASession() {
        for failure in [RetryPolicy.Failure.connectionLost, .answered(.ambiguous)] {
            #expect(Self.decide(.writeWithoutSession, failure, mayBeApplied: true) == .fail(.unknownOutcome))
            for operation in [RetryPolicy.Operation.read, .writeInSession] {
                if case .fail = Self.decide(operation, failure, mayBeApplied: true) { Issue.record("\(operation)") }
            }
        }
    }

    @Test(arguments: [
        RequestError.notLeader(hint: nil), .epochMismatch([]), .notApplied,
        .busy(retryAfterMilliseconds: 3, reason: ""), .unavailable("x"), .shardStopped, .tooStale(leader: nil),
    ])
    func whatIsNotAppliedIsSentAgainWithoutASession(_ error: RequestError) {
        #expect(error.isDefinitelyNotApplied)
        if case .fail = Self.decide(.writeWithoutSession, .answered(error)) { Issue.record("\(error)") }
    }

    @Test func whatCannotSucceedFailsAtOnce() {
        let error = RequestError.invalidRequest("x")
        #expect(Self.decide(.read, .answered(error)) == .fail(.refused(error)))
        #expect(Self.decide(.writeInSession, .answered(error)) == .fail(.refused(error)))
        // An earlier attempt is still in doubt: the refusal of the later one says nothing about it.
        #expect(
            Self.decide(.writeInSession, .answered(.sessionExpired), mayBeApplied: true) == .fail(.unknownOutcome))
    }

    @Test func aHintIsFollowedAtOnceButNotForEver() {
        let failure = RetryPolicy.Failure.answered(.notLeader(hint: Self.hint))
        #expect(Self.decide(.read, failure, learned: true) == .retryNow)
        guard case .refreshRoutes = Self.decide(.read, failure, attempt: 4, learned: true) else {
            Issue.record("hints lead in a circle")
            return
        }
        guard case .refreshRoutes(let pause) = Self.decide(.read, failure, learned: false) else {
            Issue.record("nothing was learnt")
            return
        }
        #expect((Interval.milliseconds(5)...Interval.milliseconds(10)).contains(pause))
    }

    @Test func pausesGrowAndStayBounded() {
        for seed in 0..<50 as Range<UInt64> {
            for attempt in 1...40 {
                let failures = [RetryPolicy.Failure.answered(.unavailable("x")), .answered(.ambiguous)]
                let decisions = failures.map { Self.decide(.read, $0, attempt: attempt, seed: seed) }
                guard case .refreshRoutes(let refresh) = decisions[0], case .retryAfter(let pause) = decisions[1] else {
                    Issue.record("attempt \(attempt): \(decisions)")
                    return
                }
                #expect(refresh >= .milliseconds(5) && refresh <= .milliseconds(40))
                #expect(pause >= .milliseconds(5) && pause <= .milliseconds(200))
                if attempt > 8 { #expect(pause >= .milliseconds(100)) }
            }
        }
    }

    @Test func busyWaitsAsLongAsTheNodeSays() {
        let failure = RetryPolicy.Failure.answered(.busy(retryAfterMilliseconds: 50, reason: "x"))
        guard case .retryAfter(let pause) = Self.decide(.writeInSession, failure) else {
            Issue.record("busy is not the end")
            return
        }
        #expect(pause >= .milliseconds(50) && pause <= .milliseconds(60))
    }

    @Test func theDeadlineEndsIt() {
        let failure = RetryPolicy.Failure.answered(.unavailable("x"))
        let left = Interval.milliseconds(1)
        #expect(Self.decide(.read, failure, timeLeft: left) == .fail(.refused(.unavailable("x"))))
        #expect(
            Self.decide(.writeInSession, failure, mayBeApplied: true, timeLeft: left) == .fail(.unknownOutcome))
        #expect(Self.decide(.read, .unreachable, timeLeft: .zero) == .fail(.unreachable))
        let policy = RetryPolicy()
        #expect(policy.deadlineFailure(.read, nil, mayBeApplied: true) == .deadlineExceeded)
        #expect(policy.deadlineFailure(.writeInSession, nil, mayBeApplied: true) == .unknownOutcome)
    }

    @Test func theSameSeedDecidesTheSame() {
        let failure = RetryPolicy.Failure.answered(.unavailable("x"))
        #expect(Self.decide(.read, failure, seed: 5) == Self.decide(.read, failure, seed: 5))
    }
}
