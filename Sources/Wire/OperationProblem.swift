package import Keyspace

/// What is wrong with the operations of a client; the text of each becomes an `invalidRequest`, `outsideRange` an
/// `epochMismatch`.
package enum OperationProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case keyEmpty
    /// In bytes as the user counts them.
    case keyTooLong(limit: Int, actual: Int)
    case valueTooLong(limit: Int, actual: Int)
    /// More operations than `KeyLimits.batchOperationsMax`.
    case tooMany(limit: Int, actual: Int)
    /// No operation at all.
    case none
    /// The bytes are not the operations they claim to be.
    case malformed
    /// A key of a space that the caller may not write.
    case wrongSpace
    /// The first key that is not in the shard.
    case outsideRange(Key)

    /// One line for the user.
    package var description: String {
        switch self {
        case .keyEmpty: "the key is empty"
        case .keyTooLong(let limit, let actual): "the key has \(actual) bytes; at most \(limit) are allowed"
        case .valueTooLong(let limit, let actual): "the value has \(actual) bytes; at most \(limit) are allowed"
        case .tooMany(let limit, let actual): "\(actual) operations in one write; at most \(limit) are allowed"
        case .none: "the write has no operation"
        case .malformed: "the operations are malformed"
        case .wrongSpace: "the key is reserved"
        case .outsideRange(let key): "the key \(key) is not in the shard"
        }
    }
}
