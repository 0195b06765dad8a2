/// A store that broke the seam's contract.
package struct ConformanceFailure: Error, CustomStringConvertible, Sendable {
    /// The check that found it.
    package var check: String
    /// What was done, what came back, and what should have.
    package var detail: String

    package var description: String { "\(check): \(detail)" }
}

/// Throws unless the two are equal.
func expect<Value: Equatable>(
    _ actual: Value, _ expected: Value, _ detail: @autoclosure () -> String, check: String = #function
) throws {
    guard actual != expected else { return }
    throw ConformanceFailure(check: check, detail: "\(detail()): got \(actual), expected \(expected)")
}

/// Throws unless `body` throws an error of the kind that `isExpected` accepts.
func expectFailure(
    _ detail: String, check: String = #function, _ body: () throws -> Void, isExpected: (any Error) -> Bool
) throws {
    do {
        try body()
    } catch {
        guard !isExpected(error) else { return }
        throw ConformanceFailure(check: check, detail: "\(detail): threw \(error)")
    }
    throw ConformanceFailure(check: check, detail: "\(detail): did not throw")
}
