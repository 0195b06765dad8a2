import Keyspace
public import NIOCore
import NIOPosix
import Wire

/// A client of a dshard cluster: one strongly consistent map from keys to values, both bytes.
///
/// A client finds the node that serves a key by itself, follows it when it moves, and sends a request again when that
/// is safe: reads always, writes under the client's session, so that they are applied once. What remains is told as
/// a ``ClientError``; only `unknownOutcome` leaves open whether a write took effect.
///
/// Any number of tasks may use one client at the same time; their requests share a connection per node and leave in
/// batches. A call ends at its deadline at the latest, also when its task is cancelled meanwhile. Call ``shutdown()``
/// when done: a client that is merely dropped keeps its connections.
///
/// ```swift
/// let client = DShardClient(configuration: .init(endpoints: ["10.0.0.1:7400", "10.0.0.2:7400"]))
/// try await client.put(Array("greeting".utf8), Array("hello".utf8))
/// let found = try await client.get(Array("greeting".utf8))
/// try await client.shutdown()
/// ```
public final class DShardClient: Sendable {
    /// The loop that owns the client's state and connections.
    package let eventLoop: any EventLoop
    let core: ClientCore
    let timeout: TimeAmount
    let requestTimeout: Duration
    /// The thread of a client that was given none.
    private let ownGroup: MultiThreadedEventLoopGroup?

    /// Makes a client and begins to connect; calls may follow at once.
    /// It lives on `eventLoop`; nil for a thread of its own.
    public init(configuration: Configuration = Configuration(), eventLoop: (any EventLoop)? = nil) {
        let group = eventLoop == nil ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : nil
        let loop = eventLoop ?? group?.next() ?? MultiThreadedEventLoopGroup.singleton.next()
        let core = ClientCore(configuration: configuration, loop: loop)
        ownGroup = group
        self.eventLoop = loop
        self.core = core
        requestTimeout = configuration.requestTimeout
        timeout = .nanoseconds(configuration.requestTimeout.wholeNanoseconds)
        loop.execute { core.start() }
    }

    /// Ends all calls with an error, closes the connections and gives the thread back. The client is of no more use.
    public func shutdown() async throws {
        let core = core
        let done = eventLoop.submit { core.shutDown() }
        try await done.get()
        try await ownGroup?.shutdownGracefully()
    }

    /// Runs one request. From a task on the client's own loop it begins at once; from elsewhere, at the loop's next
    /// turn.
    /// `limit` is for requests that are not worth all of the client's time.
    func perform(_ operation: Operation, key: Key?, byteCount: Int, limit: TimeAmount? = nil) async -> Answer {
        let time = limit.map { min($0, timeout) } ?? timeout
        // Safe because of `Reply`.
        return await unsafe withUnsafeContinuation { (continuation: UnsafeContinuation<Answer, Never>) in
            let (core, reply) = unsafe (core, Reply(continuation))
            guard !eventLoop.inEventLoop else {
                core.submit(operation, key: key, byteCount: byteCount, timeout: time, reply: reply)
                return
            }
            eventLoop.execute {
                core.submit(operation, key: key, byteCount: byteCount, timeout: time, reply: reply)
            }
        }
    }
}

extension Duration {
    /// In nanoseconds; what does not fit is the most that does.
    var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (nanoseconds, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carry) = nanoseconds.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? (seconds < 0 ? .min : .max) : sum
    }
}
