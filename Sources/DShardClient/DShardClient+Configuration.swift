extension DShardClient {
    /// How a client reaches its cluster.
    public struct Configuration: Sendable {
        /// Where to begin, "host:port" each; the other nodes are found from there. All are tried at once and the
        /// first that answers is used.
        public var endpoints: [String]
        /// After this time a call ends, one way or the other. It covers all attempts of the call.
        public var requestTimeout: Duration = .seconds(5)
        /// Connections to each node. One is best unless the client has several threads' worth of work.
        public var connectionsPerNode: Int = 1
        /// Whether writes belong to a session, so that one whose answer got lost is sent again and applied once.
        /// Without, such a write ends with `unknownOutcome`.
        public var usesSession: Bool = true
        /// Requests that may be in flight at once; more end with `busy`.
        public var requestsInFlightMax: Int = 16_384
        /// Bytes of the requests in flight; more end with `busy`.
        public var bytesInFlightMax: Int = 48 << 20
        /// The seed of retry jitter; nil for a random one.
        public var seed: UInt64?

        /// A configuration with the defaults.
        public init(endpoints: [String] = ["127.0.0.1:7400"]) { self.endpoints = endpoints }
    }
}
