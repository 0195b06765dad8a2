/// One part of the contract.
package struct ConformanceCheck: Sendable, CustomStringConvertible {
    /// The promise, in words; shown when it is broken.
    package var name: String
    /// Tries the promise on a subject; throws `ConformanceFailure` when it is broken, else what the store threw.
    package var run: @Sendable (any ConformanceSubject) throws -> Void

    package var description: String { name }
}
