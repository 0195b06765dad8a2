/// The contract of the two storage seams, as checks that any engine can be held to.
package enum Conformance {
    /// All checks, in a fixed order. Each needs a fresh, empty store.
    package static let checks: [ConformanceCheck] = LogChecks.all + StateChecks.all + IngestChecks.all

    /// Runs every check on a store of its own; throws the first failure.
    package static func run(making make: () throws -> any ConformanceSubject) throws {
        for check in checks { try check.run(make()) }
    }
}
