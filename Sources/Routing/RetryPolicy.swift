package import Raft
package import Wire

/// What to do with a request that did not succeed (rules 22 and 23). Pure: the same questions get the same answers.
///
/// A read may always be sent again. A write may be sent again after any error that says "not applied"; after a doubt,
/// only under the same session and sequence. Waits begin small, so that a fail-over is seen at once, and grow, so that
/// a cluster in trouble is not kept there by its clients.
package struct RetryPolicy: Sendable {
    /// The first wait is between half of this and this.
    package var firstPause: Interval = .milliseconds(10)
    /// No wait is longer.
    package var longestPause: Interval = .milliseconds(200)
    /// No wait for routes is longer: one question serves all requests that wait, so it costs little to ask often, and a
    /// new leader is seen soon.
    package var longestRefreshPause: Interval = .milliseconds(40)
    /// Attempts that may follow each other without a wait, such as along hints.
    package var promptAttempts = 3

    /// The usual waits.
    package init() {}

    /// What a request is, as far as sending it again matters.
    package enum Operation: Hashable, Sendable {
        case read
        case writeInSession
        case writeWithoutSession
    }

    /// What happened to the last attempt.
    package enum Failure: Equatable, Sendable {
        /// The node answered with this.
        case answered(RequestError)
        /// The connection ended, or the node fell silent, after the request was written to it.
        case connectionLost
        /// The request never left: no connection came about.
        case unreachable
    }

    /// What is done next.
    package enum Decision: Equatable, Sendable {
        /// Route and send again at once: something new is known.
        case retryNow
        /// Route and send again after this time.
        case retryAfter(Interval)
        /// Ask for the routes first, after this time at the latest; then send again.
        case refreshRoutes(Interval)
        /// It is over.
        case fail(RequestFailure)
    }

    /// Decides about a request whose `attempt`-th attempt (1 is the first) ended with `failure`.
    /// `learned`: the router took something new from the answer, a leader's hint or newer descriptors. `mayBeApplied`:
    /// this or an earlier attempt may still take effect. `timeLeft` is until the caller's deadline.
    package func decide(
        _ operation: Operation, _ failure: Failure, attempt: Int, learned: Bool, mayBeApplied: Bool,
        timeLeft: Interval, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        if let end = finalFailure(operation, failure, mayBeApplied: mayBeApplied) { return .fail(end) }
        let decision = next(failure, attempt: attempt, learned: learned, using: &generator)
        switch decision {
        case .retryAfter(let pause), .refreshRoutes(let pause):
            if pause < timeLeft { return decision }
        case .retryNow, .fail:
            if timeLeft > .zero { return decision }
        }
        return .fail(deadlineFailure(operation, failure, mayBeApplied: mayBeApplied))
    }

    /// What the caller is told when the time is over before an answer came.
    package func deadlineFailure(
        _ operation: Operation, _ last: Failure?, mayBeApplied: Bool
    ) -> RequestFailure {
        if operation != .read, mayBeApplied, !isPlanted(.lostAsNotApplied) { return .unknownOutcome }
        if case .answered(let error) = last { return .refused(error) }
        return last == nil ? .deadlineExceeded : .unreachable
    }

    /// The failures that no further attempt can mend.
    private func finalFailure(_ operation: Operation, _ failure: Failure, mayBeApplied: Bool) -> RequestFailure? {
        switch failure {
        case .unreachable:
            nil
        case .connectionLost, .answered(.ambiguous):
            operation == .writeWithoutSession ? .unknownOutcome : nil
        case .answered(let error) where error.isFinal:
            operation != .read && mayBeApplied ? .unknownOutcome : .refused(error)
        case .answered:
            nil
        }
    }

    private func next(
        _ failure: Failure, attempt: Int, learned: Bool, using generator: inout some RandomNumberGenerator
    ) -> Decision {
        let isPrompt = attempt <= promptAttempts
        switch failure {
        case .unreachable, .connectionLost:
            return isPrompt ? .retryNow : .refreshRoutes(refreshPause(attempt - promptAttempts, using: &generator))
        case .answered(let error):
            switch error {
            case .notLeader, .epochMismatch:
                return learned && isPrompt ? .retryNow : .refreshRoutes(refreshPause(attempt, using: &generator))
            case .busy(let milliseconds, _):
                let least = Interval.milliseconds(Int64(min(milliseconds, 1_000)))
                return .retryAfter(Interval(nanoseconds: least.nanoseconds + pause(1, using: &generator).nanoseconds))
            case .notApplied, .tooStale:
                return isPrompt ? .retryNow : .retryAfter(pause(attempt - promptAttempts, using: &generator))
            case .shardStopped, .unavailable:
                return .refreshRoutes(refreshPause(attempt, using: &generator))
            default:
                return .retryAfter(pause(attempt, using: &generator))
            }
        }
    }

    private func refreshPause(_ round: Int, using generator: inout some RandomNumberGenerator) -> Interval {
        min(pause(round, using: &generator), longestRefreshPause)
    }

    /// The `round`-th wait: doubles from `firstPause` to `longestPause`, between half and whole.
    func pause(_ round: Int, using generator: inout some RandomNumberGenerator) -> Interval {
        let shift = min(max(round, 1) - 1, 16)
        let whole = max(2, min(firstPause.nanoseconds << Int64(shift), longestPause.nanoseconds))
        return Interval(nanoseconds: Int64.random(in: whole / 2...whole, using: &generator))
    }
}

extension RequestError {
    /// Whether sending the same request again cannot help within its deadline.
    var isFinal: Bool {
        switch self {
        case .sessionExpired, .invalidRequest, .unauthorized, .diskFull, .deadlineExceeded: true
        case .notLeader, .epochMismatch, .busy, .notApplied, .ambiguous, .tooStale, .unavailable, .shardStopped: false
        }
    }
}
