/// Why a call did not succeed. The code says what kind of trouble it is, the message what to do about it.
public struct ClientError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of trouble; more may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The name of the code.
        public let description: String

        /// No node, or no leader of the key's shard, could be reached within the deadline. Nothing was changed.
        public static let unavailable = Code(description: "unavailable")
        /// The write was sent, and whether it takes effect is not known: read the key to find out.
        public static let unknownOutcome = Code(description: "unknownOutcome")
        /// The request makes no sense, such as a key that is too long. Nothing was changed.
        public static let invalidRequest = Code(description: "invalidRequest")
        /// The client or the cluster has as much as it can take: try again with fewer requests at a time. Nothing was
        /// changed.
        public static let busy = Code(description: "busy")
        /// The cluster has forgotten this client's earlier writes; the next write begins a new session. This one was
        /// not applied.
        public static let sessionExpired = Code(description: "sessionExpired")
        /// No answer came in time. Nothing was changed.
        public static let deadlineExceeded = Code(description: "deadlineExceeded")
        /// The cluster does not allow this to the caller. Nothing was changed.
        public static let unauthorized = Code(description: "unauthorized")
        /// The disk of the shard's leader is full. Nothing was changed.
        public static let diskFull = Code(description: "diskFull")
        /// No replica that could be reached is as fresh as the read asks for.
        public static let tooStale = Code(description: "tooStale")
        /// The client was shut down. Nothing was changed, unless the outcome is said to be unknown.
        public static let shutDown = Code(description: "shutDown")
    }

    /// What kind of trouble.
    public let code: Code
    /// One line for a person.
    public let message: String

    /// An error with a message that says what to do.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Whether a write that ended with this error may have taken effect, or may yet.
    public var isOutcomeUnknown: Bool { code == .unknownOutcome }

    /// The message, with the code in front.
    public var description: String { "\(code): \(message)" }
}
