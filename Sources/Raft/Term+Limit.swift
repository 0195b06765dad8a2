extension Term {
    /// No history reaches this term; a message that claims it is a peer's fault, and following it would leave no
    /// term to campaign in.
    package static let limit = Term(.max >> 1)
}
