/// One part of the contract.
package struct ConformanceCheck: Sendable, CustomStringConvertible {
    package var name: String
    package var run: @Sendable (any ConformanceSubject) throws -> Void

    package var description: String { name }
}
