import Keyspace
import Routing
import Wire

extension ClientError {
    /// The error for a request that ended like this; `trouble` is what the last failed connection said.
    init(_ failure: RequestFailure, trouble: String?) {
        switch failure {
        case .unknownOutcome:
            self.init(.unknownOutcome, "the write was sent and not answered: it may have taken effect; read the key")
        case .refused(let error):
            self.init(error)
        case .unreachable:
            let reason = trouble.map { " (\($0))" } ?? ""
            self.init(.unavailable, "no node could be reached\(reason): check the endpoints and that the nodes run")
        case .deadlineExceeded:
            self.init(.deadlineExceeded, "no answer within the deadline: try again, or give it more time")
        }
    }

    private init(_ error: RequestError) {
        switch error {
        case .notLeader, .epochMismatch, .notApplied, .shardStopped, .ambiguous:
            self.init(.unavailable, "the key's shard had no leader within the deadline: check that a quorum runs")
        case .unavailable(let reason):
            self.init(.unavailable, reason)
        case .busy(_, let reason):
            self.init(.busy, "the cluster is busy (\(reason)): try again with fewer requests at a time")
        case .sessionExpired:
            self.init(.sessionExpired, "the cluster has forgotten this session: try again, a new one has begun")
        case .tooStale:
            self.init(.tooStale, "no replica is as fresh as was asked for: allow more staleness or read linearizably")
        case .invalidRequest(let reason):
            self.init(.invalidRequest, reason)
        case .unauthorized:
            self.init(.unauthorized, "the cluster does not allow this: check the credentials")
        case .diskFull:
            self.init(.diskFull, "a disk of the cluster is full: delete keys or add space")
        case .deadlineExceeded:
            self.init(.deadlineExceeded, "no answer within the deadline: try again, or give it more time")
        }
    }

    /// A client that ended.
    static let wasShutDown = ClientError(.shutDown, "the client was shut down: make a new one")

    /// Too much at once for this client.
    static let tooManyInFlight = ClientError(
        .busy, "too many requests of this client are in flight: wait for some of them before sending more")

    /// An answer that does not fit the question: the node is of another version, or wrong.
    static let strangeAnswer = ClientError(
        .unavailable, "the node's answer does not fit the request: check that client and node versions match")

    init(_ problem: OperationProblem) { self.init(.invalidRequest, problem.description) }
}
