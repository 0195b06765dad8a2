import Keyspace
import Raft
import Routing
import Wire

/// A client with one session and one operation at a time; it routes and repeats as the real one does.
final class SimulatedClient {
    let number: Int
    var router = Router()
    var session: SessionState
    var time = ClusterTime()
    let policy = RetryPolicy()

    /// What it is doing; nil between two operations.
    var operation: ClientOperation?
    /// Counts the operations, so that late answers and timers find their own.
    var round = 0
    var startedAt: Int64 = 0
    var deadline: Int64 = 0
    /// Attempts of the current operation.
    var attempts = 0
    /// Whether an attempt is under way.
    var isSent = false
    /// An attempt that is over may yet take effect.
    var mayBeApplied = false
    var lastFailure: RetryPolicy.Failure?
    var sequence: UInt64 = 0
    var issuedAt: UInt64 = 0

    /// What its operations may see at least, by key.
    var floors: [Key: Timestamp] = [:]
    /// The part of its scan that the last attempt asked for.
    var scanned = KeyRange.user
    /// Increments that it knows to have happened, by counter, and those it does not know about.
    var increments: [Key: UInt64] = [:]
    var unknownIncrements: [Key: UInt64] = [:]
    /// The outcome of the last operation, for whoever waits for it.
    var lastOutcome = Outcome.none
    /// Values are never written twice.
    private var values: UInt64 = 0

    /// How an operation ended.
    enum Outcome {
        case none
        case succeeded
        case failed(RequestFailure)
    }

    init(number: Int, nodes: [NodeAddress]) {
        self.number = number
        session = SessionState(id: UInt64(number + 1))
        for node in nodes { router.learn(node) }
    }

    func nextValue() -> [UInt8] {
        values += 1
        return Array("\(number).\(values)".utf8)
    }
}

/// One request on its way, and what it was for.
struct ClientAttempt {
    let client: SimulatedClient
    let round: Int
    let attempt: Int
    let node: SimulatedNode
    let isRoutes: Bool
}
