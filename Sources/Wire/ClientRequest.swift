package import Keyspace
package import NIOCore
package import Raft

/// What a client asks of a node. Answers come in any order; `id` says which belongs to which.
package struct ClientRequest: Sendable {
    /// Unique among the requests in flight on the connection.
    package var id: UInt64
    /// How long the client will wait, from the moment of sending.
    package var timeoutMilliseconds: UInt32
    package var body: Body

    package init(id: UInt64, timeoutMilliseconds: UInt32, body: Body) {
        self.id = id
        self.timeoutMilliseconds = timeoutMilliseconds
        self.body = body
    }

    /// What is asked for.
    package enum Body: Sendable {
        case write(WriteRequest)
        case get(GetRequest)
        case scan(ScanRequest)
        case routes(RoutesRequest)
        case status
        case replicas(ReplicaRequest)
        case split(SplitRequest)
        case merge(MergeRequest)
        case placement(PlacementRequest)
        case check(CheckRequest)
    }
}

/// Where the client believed its keys to be; checked on arrival and again at apply.
package struct RouteStamp: Hashable, Sendable {
    package var shard: ShardID
    /// `Epoch.version` of the descriptor that the client used.
    package var version: UInt64

    package init(shard: ShardID, version: UInt64) {
        self.shard = shard
        self.version = version
    }
}

/// How fresh a read must be.
package enum Consistency: Sendable, Equatable {
    /// Sees every write that was acknowledged before the read was sent; from the leader.
    case linearizable
    /// The same from any replica, which asks the leader for the index to wait for.
    case follower
    /// From any replica whose state is at most this old (rule 26).
    case stale(maxMilliseconds: UInt32)
}

/// Operations that one shard applies together, all or none seen.
package struct WriteRequest: Sendable, Equatable {
    package var route: RouteStamp
    /// Who retries under this name is applied at most once (rule 22); zero for none.
    package var session: UInt64
    /// The place of this write in its session.
    package var sequence: UInt64
    /// The client has the answers to all sequences below this one.
    package var doneBelow: UInt64
    /// Milliseconds of the cluster clock when the client first sent it; kept across retries.
    package var issuedAt: UInt64
    /// How many operations `operations` holds, as the client says; `OperationsValidator` checks it.
    package var operationCount: UInt32
    /// `operation*` as in a log entry, so that they are copied into the entry as they are. See `CommandBatchBuilder`.
    package var operations: ByteBuffer
    /// Whether another node passed it on; such a request is never passed on again (rule 23: one hop).
    package var isForwarded: Bool

    package init(
        route: RouteStamp, session: UInt64 = 0, sequence: UInt64 = 0, doneBelow: UInt64 = 0, issuedAt: UInt64 = 0,
        operationCount: UInt32, operations: ByteBuffer, isForwarded: Bool = false
    ) {
        self.route = route
        self.session = session
        self.sequence = sequence
        self.doneBelow = doneBelow
        self.issuedAt = issuedAt
        self.operationCount = operationCount
        self.operations = operations
        self.isForwarded = isForwarded
    }
}

/// The keys of one shard to be read as of one moment (rule 25).
package struct GetRequest: Sendable, Equatable {
    package var route: RouteStamp
    package var consistency: Consistency
    /// Internal keys, all of the route's shard; the answer has one value for each, in this order.
    package var keys: KeyList

    package init(route: RouteStamp, consistency: Consistency, keys: KeyList) {
        self.route = route
        self.consistency = consistency
        self.keys = keys
    }
}

/// A page of the rows between two keys of one shard, as of one moment.
package struct ScanRequest: Sendable, Equatable {
    package var route: RouteStamp
    package var consistency: Consistency
    /// Inclusive, also for a scan in reverse.
    package var start: Key
    /// Exclusive.
    package var end: Key
    /// From the end towards the start.
    package var isReverse: Bool
    /// Whether rows come without their values.
    package var keysOnly: Bool
    /// At most `KeyLimits.scanPageRowsMax` count; zero means that many.
    package var rowLimit: UInt32
    /// At most `KeyLimits.scanPageBytesMax` count; zero means that many. One row beyond it is allowed.
    package var byteLimit: UInt32

    package init(
        route: RouteStamp, consistency: Consistency, start: Key, end: Key, isReverse: Bool = false,
        keysOnly: Bool = false, rowLimit: UInt32 = 0, byteLimit: UInt32 = 0
    ) {
        self.route = route
        self.consistency = consistency
        self.start = start
        self.end = end
        self.isReverse = isReverse
        self.keysOnly = keysOnly
        self.rowLimit = rowLimit
        self.byteLimit = byteLimit
    }
}

/// Which shards there are, and where.
package struct RoutesRequest: Sendable, Equatable {
    /// Only the shard of this key; nil for all.
    package var key: Key?
    /// Whether the system shard belongs to "all".
    package var includesSystem: Bool

    package init(key: Key? = nil, includesSystem: Bool = false) {
        self.key = key
        self.includesSystem = includesSystem
    }
}
