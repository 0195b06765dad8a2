package import Keyspace
package import Raft

/// Why a request was not served, told by what the caller does next. Before a write is handed to Raft every error means
/// "not applied"; after that only `notApplied` does, and `ambiguous` stands for all else (rule 23).
package enum RequestError: Error, Sendable, Equatable {
    /// Ask the hinted node; without a hint, another replica of the shard, after a short wait.
    case notLeader(hint: NodeAddress?)
    /// The route is old: merge these descriptors into the cache and send again. Without any, ask for the routes.
    case epochMismatch([Descriptor])
    /// Send again after this time; the node or shard has as much as it can take. The reason is for people.
    case busy(retryAfterMilliseconds: UInt32, reason: String)
    /// Another entry took the write's place: send again at once.
    case notApplied
    /// The write may or may not take effect. With a session, send it again under the same sequence; without, tell
    /// the user.
    case ambiguous
    /// The session's memory of this sequence is gone: this attempt was not applied, earlier ones are unknown. Tell the
    /// user; go on with a new session.
    case sessionExpired
    /// The replica is older than the bound: ask the leader or another replica.
    case tooStale(leader: NodeID?)
    /// The request makes no sense: tell the user; never send it again.
    case invalidRequest(String)
    /// The caller may not do this: tell the user.
    case unauthorized
    /// The disk is below its threshold: try again much later, or elsewhere.
    case diskFull
    /// The node cannot serve now, such as while it starts or stops: try another node.
    case unavailable(String)
    /// The time was over before the operation was handed to Raft: tell the user, or send again with more time.
    case deadlineExceeded
    /// This replica met what it does not understand and stopped (rule 24): try another replica.
    case shardStopped

    /// Whether a write that got this answer has no effect and, by this attempt, never will have.
    package var isDefinitelyNotApplied: Bool {
        switch self {
        case .ambiguous: false
        case .notLeader, .epochMismatch, .busy, .notApplied, .sessionExpired, .tooStale, .invalidRequest,
            .unauthorized, .diskFull, .unavailable, .deadlineExceeded, .shardStopped:
            true
        }
    }
}
