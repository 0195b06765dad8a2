/// Says in one sentence what is wrong with a counter-example.
///
/// The operation to blame is the last that observed something: a write alone can always come last in an order.
struct Diagnosis {
    private let steps: [CounterExample.Step]
    /// Every operation of the key.
    private let all: [HistoryOperation]

    init(_ steps: [CounterExample.Step], _ all: [HistoryOperation]) {
        self.steps = steps
        self.all = all
    }

    var sentence: String {
        guard let culprit = steps.filter(Diagnosis.observes).max(by: { $0.operation.end < $1.operation.end }) else {
            return "no order of these operations is possible"
        }
        guard culprit.operation.outcome == .ok else {
            return "\(culprit.subject) failed, but its condition held all the time from its start to its end"
        }
        return valueFromNowhere(culprit) ?? doubleSwap(culprit) ?? hiddenWrite(culprit) ?? earlierSight(culprit)
            ?? "no order of these operations lets \(culprit.subject) find \(culprit.found)"
    }

    private static func observes(_ step: CounterExample.Step) -> Bool {
        step.operation.seen != nil || step.operation.outcome == .failed
    }

    /// A value that nobody can have written by then.
    private func valueFromNowhere(_ culprit: CounterExample.Step) -> String? {
        let found = culprit.operation.observed
        guard found != .absent else { return nil }
        let writers = all.filter { ($0.kind == .put || $0.kind == .compareAndSet) && $0.value == found }
        let says = "\(culprit.subject) found \(culprit.found), "
        if writers.isEmpty { return says + "which no operation of this history writes" }
        if writers.allSatisfy({ $0.outcome == .failed }) { return says + "but the operation that writes it failed" }
        guard writers.allSatisfy({ $0.outcome == .failed || $0.start > culprit.operation.end }) else { return nil }
        return says + "but it ended before the operation that writes it began"
    }

    /// Two swaps of a value that was there once.
    private func doubleSwap(_ culprit: CounterExample.Step) -> String? {
        let found = culprit.operation.observed
        let swaps = steps.filter { $0.operation.kind == .compareAndSet && $0.operation.seen == found }
        let times = steps.count { $0.operation.written == found } + (found == .absent ? 1 : 0)
        guard swaps.count == 2, times == 1 else { return nil }
        let once = found == .absent ? "the key was absent only once" : "it was written only once"
        return "\(swaps[0].subject) and \(swaps[1].subject) both found \(culprit.found), but \(once)"
    }

    /// A write that had ended before the culprit began, and that came after everything that writes what it found.
    private func hiddenWrite(_ culprit: CounterExample.Step) -> String? {
        let found = culprit.operation.observed
        let others = steps.filter { step in
            guard let written = step.operation.written, step.operation.outcome == .ok else { return false }
            return written != found && step.operation.end < culprit.operation.start
        }
        guard let last = others.max(by: { $0.operation.start < $1.operation.start }) else { return nil }
        let isOverwritten = steps.allSatisfy { step in
            guard step.operation.written == found, step.operation != culprit.operation else { return true }
            return step.operation.outcome == .ok && step.operation.end < last.operation.start
        }
        guard isOverwritten else { return nil }
        return "\(culprit.subject) found \(culprit.found), but the last write that it could see is \(last.subject)"
    }

    /// Somebody had already seen a newer value.
    private func earlierSight(_ culprit: CounterExample.Step) -> String? {
        let found = culprit.operation.observed
        let sights = steps.filter { step in
            guard let seen = step.operation.seen else { return false }
            return seen != found && step.operation.end < culprit.operation.start
        }
        guard let last = sights.max(by: { $0.operation.start < $1.operation.start }) else { return nil }
        let isOverwritten = steps.allSatisfy { step in
            guard step.operation.written == found, step.operation != culprit.operation else { return true }
            return step.operation.outcome == .ok && step.operation.end < last.operation.start
        }
        guard isOverwritten else { return nil }
        return "\(culprit.subject) found \(culprit.found), but \(last.subject) had found \(last.found) before it began"
    }
}
