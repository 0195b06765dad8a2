import TestKit

/// Tries every order of a few operations on one key: too slow for use, too simple to be wrong.
enum ExhaustiveChecker {
    static func isLinearizable(_ history: [HistoryOperation]) -> Bool {
        let operations = history.filter {
            $0.outcome == .ok || ($0.outcome == .unknown && $0.kind != .get)
                || ($0.outcome == .failed && $0.kind == .cas)
        }
        return canFinish(operations, value: nil)
    }

    private static func canFinish(_ rest: [HistoryOperation], value: String?) -> Bool {
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
    private static func apply(_ operation: HistoryOperation, to value: String?) -> String?? {
        switch operation.kind {
        case .put: return .some(operation.value)
        case .delete: return .some(nil)
        case .get: return operation.found == value ? .some(value) : nil
        case .cas where operation.outcome == .failed: return operation.expect != value ? .some(value) : nil
        case .cas: return operation.expect == value ? .some(operation.value) : nil
        }
    }
}
