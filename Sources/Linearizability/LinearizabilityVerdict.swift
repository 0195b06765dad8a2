/// What a linearizability check came to.
package enum LinearizabilityVerdict: Equatable, Sendable {
    /// One order of the operations explains everything that was seen.
    case linearizable
    /// No order does.
    case violation(CounterExample)
}
