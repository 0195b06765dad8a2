/// The place of a waiting call, to be answered exactly once.
///
/// Safe although the continuation inside is not checked: a request's slot gives its reply away as it is freed
/// (`ClientCore.complete`), and a request that gets no slot is answered on the spot. A checked continuation would cost
/// as much as the rest of a request.
@safe struct Reply: Sendable {
    private let continuation: UnsafeContinuation<Answer, Never>

    init(_ continuation: UnsafeContinuation<Answer, Never>) { unsafe self.continuation = continuation }

    /// Lets the call go on.
    func send(_ answer: consuming Answer) { unsafe continuation.resume(returning: answer) }
}
