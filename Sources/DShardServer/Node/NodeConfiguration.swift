import Logging

/// How a node is to run; the flags of `dshard serve`.
public struct NodeConfiguration: Sendable {
    /// Where everything the node must remember lives.
    public var dataDirectory: String
    /// Where clients and peers connect, `host:port`.
    public var listen: String
    /// How other nodes and clients reach this one; nil: `listen`.
    public var advertise: String?
    /// Where metrics and health are served; nil: nowhere.
    public var http: String?
    /// The first nodes of a new cluster, the same on each; empty: a cluster of one node.
    public var initialCluster: [String]
    /// Nodes of a running cluster to join.
    public var join: [String]
    /// Borders of the first shards: user keys, the same on every node.
    public var splitAt: [[UInt8]]
    /// What placement may know of this machine.
    public var labels: [(String, String)]
    /// RocksDB's block cache, in bytes.
    public var cacheBytes: Int
    /// What all snapshots of the node together may send, in bytes per second.
    public var snapshotBytesPerSecond: Int
    /// Entries that a shard's log keeps for a replica that is behind; one that lacks more gets a snapshot.
    public var logKeepEntries: UInt64
    /// A node that was silent for so long has its replicas replaced.
    public var repairAfter: Duration
    /// A shard of this size is split, in bytes.
    public var shardBytes: Int
    /// Neighbours that were small and quiet for so long are merged.
    public var mergeAfter: Duration
    /// How long a shutdown may hand leaderships over.
    public var drainTimeout: Duration
    /// `trace` … `critical`.
    public var logLevel: String
    /// How log lines look.
    public var logFormat: LogFormat

    /// How log lines look.
    public enum LogFormat: Sendable {
        /// For people.
        case text
        /// One object a line.
        case json
    }

    /// The defaults of `dshard serve`.
    public init(
        dataDirectory: String = "./dshard-data", listen: String = "127.0.0.1:7400", advertise: String? = nil,
        http: String? = "127.0.0.1:7480", initialCluster: [String] = [], join: [String] = [],
        splitAt: [[UInt8]] = [], labels: [(String, String)] = [], cacheBytes: Int = 256 << 20,
        snapshotBytesPerSecond: Int = 64 << 20, logKeepEntries: UInt64 = 50_000,
        repairAfter: Duration = .seconds(300), shardBytes: Int = 256 << 20, mergeAfter: Duration = .seconds(3_600),
        drainTimeout: Duration = .seconds(30), logLevel: String = "info", logFormat: LogFormat = .text
    ) {
        self.dataDirectory = dataDirectory
        self.listen = listen
        self.advertise = advertise
        self.http = http
        self.initialCluster = initialCluster
        self.join = join
        self.splitAt = splitAt
        self.labels = labels
        self.cacheBytes = cacheBytes
        self.snapshotBytesPerSecond = snapshotBytesPerSecond
        self.logKeepEntries = logKeepEntries
        self.repairAfter = repairAfter
        self.shardBytes = shardBytes
        self.mergeAfter = mergeAfter
        self.drainTimeout = drainTimeout
        self.logLevel = logLevel
        self.logFormat = logFormat
    }
}

/// Why a node does not start or does not go on: one line that says what to do.
public struct NodeStartError: Error, CustomStringConvertible, Sendable {
    /// The line.
    public let description: String

    /// An error with this line.
    public init(_ description: String) { self.description = description }
}
