import Linearizability

/// Tries every order of a few operations on one key: too slow for use, too simple to be wrong.
enum ExhaustiveChecker {
    static func accepts(_ history: [TextOperation], failedCASReads: Bool = false) -> Bool {
        let operations = history.filter {
            switch $0.outcome {
            case .ok: true
            case .unknown: $0.kind != .get
            case .failed: $0.kind == .compareAndSet && failedCASReads
            }
        }
        return canFinish(operations, value: nil)
    }

    private static func canFinish(_ rest: [TextOperation], value: String?) -> Bool {
        if rest.allSatisfy({ $0.outcome == .unknown }) { return true }
        let firstEnd = rest.filter { $0.outcome != .unknown }.map(\.end).min() ?? .max
        for (index, next) in rest.enumerated() where next.start <= firstEnd {
            var others = rest
            others.remove(at: index)
            if let after = apply(next, to: value), canFinish(others, value: after) { return true }
        }
        return false
    }

    /// The value after the operation; nil when it cannot come now.
    private static func apply(_ operation: TextOperation, to value: String?) -> String?? {
        switch operation.kind {
        case .put: .some(operation.value)
        case .delete: .some(nil)
        case .get: operation.found == value ? .some(value) : nil
        case .compareAndSet where operation.outcome == .failed: operation.expect != value ? .some(value) : nil
        case .compareAndSet: operation.expect == value ? .some(operation.value) : nil
        }
    }
}
