/// Why a history has no verdict.
package enum LinearizabilityError: Error, Equatable, CustomStringConvertible {
    /// The search of this key reached its limit of steps or of memory. A history with fewer unknown outcomes, or fewer
    /// clients on one key, is easier.
    case tooHard(key: String, operations: Int)

    package var description: String {
        switch self {
        case .tooHard(let key, let operations):
            "key \(key) with its \(operations) operations has too many possible orders to try"
        }
    }
}
