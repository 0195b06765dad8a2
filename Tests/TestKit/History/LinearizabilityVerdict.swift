/// What a linearizability check came to.
package enum LinearizabilityVerdict: Equatable, Sendable {
    /// One order of the operations explains everything that was seen.
    case linearizable
    /// No order does. `operations` is a small part of the history around the first one that cannot be explained.
    case violation(key: String, reason: String, operations: [HistoryOperation])
    /// The search of this key was given up after the checker's limit of steps.
    case undecided(key: String)
}

extension LinearizabilityVerdict: CustomStringConvertible {
    package var description: String {
        switch self {
        case .linearizable:
            "linearizable"
        case .violation(let key, let reason, let operations):
            (["not linearizable at key \(key): \(reason)"] + operations.map { "  \($0)" }).joined(separator: "\n")
        case .undecided(let key):
            "undecided at key \(key): too many orders to try"
        }
    }
}
