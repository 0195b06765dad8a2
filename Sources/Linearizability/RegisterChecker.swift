/// Judges the operations of one key after the other in the same memory.
struct RegisterChecker {
    private var problem: RegisterProblem
    private var search = RegisterSearch()
    private let limits: SearchLimits
    private let failedCASReads: Bool

    /// For keys of a history with so many values.
    init(valueCount: Int, limits: SearchLimits, failedCASReads: Bool) {
        problem = RegisterProblem(valueCount: valueCount)
        self.limits = limits
        self.failedCASReads = failedCASReads
    }

    /// The verdict on the operations of one key, sorted by their start.
    mutating func check(_ operations: [HistoryOperation]) -> RegisterSearch.Outcome {
        guard problem.take(operations, failedCASReads: failedCASReads) else { return .exhausted }
        return search.run(problem, limits: limits)
    }

    /// Whether an operation has a part in the verdict at all.
    func matters(_ operation: HistoryOperation) -> Bool {
        switch (operation.kind, operation.outcome) {
        case (.get, let outcome): outcome == .ok
        case (.compareAndSet, .failed): failedCASReads
        case (_, let outcome): outcome != .failed
        }
    }
}
