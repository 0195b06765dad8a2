package import Keyspace

/// What became of one operation.
package enum OperationOutcome: Sendable, Equatable {
    /// The value is there under this version.
    case put(version: Timestamp)
    /// The key is absent now; `existed` says whether it was there before.
    case deleted(existed: Bool, version: Timestamp)
    /// The condition held, and the value is there under this version.
    case swapped(version: Timestamp)
    /// The condition did not hold; `current` is the version that was found, nil when the key is absent.
    case conditionFalse(current: Timestamp?)
}

/// The outcomes of a write, in the order of its operations. One outcome costs no array.
package enum WriteResult: Sendable, Equatable {
    case one(OperationOutcome)
    case many([OperationOutcome])

    /// The outcomes in the order of the operations.
    package init(outcomes: [OperationOutcome]) {
        if outcomes.count == 1, let outcome = outcomes.first { self = .one(outcome) } else { self = .many(outcomes) }
    }

    /// The outcomes in the order of the operations.
    package var outcomes: [OperationOutcome] {
        switch self {
        case .one(let outcome): [outcome]
        case .many(let outcomes): outcomes
        }
    }

    /// How many operations the write had.
    package var count: Int {
        switch self {
        case .one: 1
        case .many(let outcomes): outcomes.count
        }
    }
}
