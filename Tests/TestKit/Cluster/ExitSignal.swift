import Synchronization

/// How a process ended, for whoever waits for it.
final class ExitSignal: Sendable {
    private enum State {
        case running([CheckedContinuation<ProcessOutcome, Never>])
        case ended(ProcessOutcome)
    }

    private let state = Mutex<State>(.running([]))

    /// Wakes everybody who waits, now and later.
    func end(_ status: ProcessOutcome) {
        let waiting = state.withLock { state in
            guard case .running(let waiting) = state else { return [CheckedContinuation<ProcessOutcome, Never>]() }
            state = .ended(status)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: status) }
    }

    /// Nil while the process runs.
    var status: ProcessOutcome? {
        state.withLock { state in
            if case .ended(let status) = state { status } else { nil }
        }
    }

    /// Returns when the process has ended.
    func wait() async -> ProcessOutcome {
        await withCheckedContinuation { continuation in
            let known: ProcessOutcome? = state.withLock { state in
                switch state {
                case .running(let waiting):
                    state = .running(waiting + [continuation])
                    return nil
                case .ended(let status):
                    return status
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }
}
