import Keyspace
import Storage
import Wire

/// What entries did, as the chained hash sees it.
extension ChainedHash {
    mutating func mix(_ outcomes: [CommandOutcome]) {
        for outcome in outcomes { mix(outcome) }
    }

    mutating func mix(_ outcome: CommandOutcome) {
        switch outcome {
        case .done(.one(let operation)): mix(operation)
        case .done(.many(let operations)):
            mix(UInt64(truncatingIfNeeded: operations.count))
            for operation in operations { mix(operation) }
        case .refused(let error):
            // Why is for people; that it was refused, and for which kind of reason, is what every replica agrees on.
            switch error {
            case .epochMismatch: mix(101)
            case .sessionExpired: mix(102)
            default: mix(100)
            }
        }
    }

    private mutating func mix(_ outcome: OperationOutcome) {
        switch outcome {
        case .put: mix(1)
        case .deleted(let existed, _): mix(existed ? 2 : 3)
        case .swapped: mix(4)
        case .conditionFalse(let current): mix(current.map { $0.rawValue | 1 << 63 } ?? 5)
        }
    }
}
