package import Wire

/// How a request ended without success.
package enum RequestFailure: Error, Equatable, Sendable {
    /// The write may or may not take effect, and this client cannot find out.
    case unknownOutcome
    /// No effect: the last answer was this.
    case refused(RequestError)
    /// No effect: no node could be asked.
    case unreachable
    /// No effect: the time was over before a node was asked, or a read got no answer.
    case deadlineExceeded
}
