package import Keyspace
import NIOCore

/// Decides whether a client's operations may enter a log as they are. Looks at every byte of structure once and copies
/// nothing.
package enum OperationsValidator {
    /// What the caller needs to know of accepted operations.
    package struct Summary: Hashable, Sendable {
        /// Whether some outcome depends on what is stored.
        package var reads: Bool
        /// How many operations were accepted.
        package var operationCount: Int
        /// Whether some operation needs room on the disk; deletes alone are taken even when it is full.
        package var addsData = false
    }

    /// Checks the operations of `request`: their number, structure and limits, that each key is of `space`, and that it
    /// is in `range` if one is given.
    package static func validate(
        _ request: WriteRequest, in range: KeyRange? = nil, space: UInt8 = Key.userSpace
    ) throws(OperationProblem) -> Summary {
        try validate(
            request.operations.readableBytesSpan, count: request.operationCount, in: range, space: space)
    }

    /// The same for `count` operations in a view.
    package static func validate(
        _ operations: borrowing RawSpan, count: UInt32, in range: KeyRange? = nil, space: UInt8 = Key.userSpace
    ) throws(OperationProblem) -> Summary {
        let limit = KeyLimits.batchOperationsMax
        guard count > 0 else { throw .none }
        guard Int(count) <= limit else { throw .tooMany(limit: limit, actual: Int(count)) }
        var summary = Summary(reads: false, operationCount: Int(count))
        var position = 0
        for _ in 0..<count {
            let operation: OperationView
            do throws(WireError) {
                operation = try OperationParser.parse(operations, at: &position, end: operations.byteCount)
            } catch {
                throw .malformed
            }
            try check(operation, operations, space: space)
            if let range, !range.contains(operations.extracting(operation.key)) {
                throw .outsideRange(Key(copying: operations.extracting(operation.key)))
            }
            if operation.kind.reads { summary.reads = true }
            if operation.kind.carriesValue { summary.addsData = true }
        }
        guard position == operations.byteCount else { throw .malformed }
        return summary
    }

    private static func check(
        _ operation: OperationView, _ bytes: borrowing RawSpan, space: UInt8
    ) throws(OperationProblem) {
        guard bytes.loadUInt8(at: operation.key.lowerBound) == space else { throw .wrongSpace }
        try OperationList.check(keyBytes: operation.key.count)
        try OperationList.check(valueBytes: operation.value.count)
        try OperationList.check(valueBytes: operation.expect.count)
    }
}
