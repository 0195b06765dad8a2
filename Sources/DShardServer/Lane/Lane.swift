import Host
import Keyspace
import NIOCore
import NIOPosix
import Raft
import Storage
import Transport
import Wire

/// One event loop and the replicas it owns: sockets in, the host's step in the middle, effects out. It never waits
/// for a disk (DESIGN §2.5): the log writer, the applier and the read pool do, and report back in batches.
///
/// Everything here runs on `loop`.
/// Safe because every access is on `loop`: callers from elsewhere hop by `loop.execute`.
final class Lane: @unchecked Sendable {
    let loop: any EventLoop
    let state: any StateStore
    let readPool: NIOThreadPool
    let identity: NodeIdentity
    let telemetry: Telemetry
    let meter: TransportMeter
    var host: Host
    var logWriter: LogWriter?
    var applyWorker: ApplyWorker?
    var scanWorker: ScanWorker?
    var loader: LogLoader?
    var snapshotWorker: SnapshotWorker?
    var links: PeerLinks?
    var membership: Membership?

    /// Client connections by number; numbers are never reused.
    var clients: [UInt64: FramedConnection] = [:]
    var nextClient: UInt64 = 1
    /// Connections with responses that wait for the flush at the end of the tick.
    var dirtyClients: [FramedConnection] = []
    /// Clients whose reads wait, since their sockets take no more answers.
    var heldUpClients = 0
    /// Those of them whose sockets have room again.
    var drainedClients: [FramedConnection] = []
    var internalRequests: [UInt64: @Sendable (ClientResponse.Body) -> Void] = [:]
    var nextInternalRequest: UInt64 = 1
    /// Splits that wait for the id of the new shard, by their number.
    var waitingSplits: [UInt64: WaitingSplit] = [:]

    /// Whether no thread of the read pool is answering gets beside this lane.
    var canShareReads = true
    var refusesAppends = false
    var isTurnScheduled = false
    var wakeUp: Scheduled<Void>?
    var wakeUpAt = Instant.distantFuture
    var controlTimer: RepeatedTask?
    var suspendedBefore = Interval.zero
    var drain = Drain.serving
    /// Ends the process; the flag: what the store holds cannot be believed (rules 15, 38).
    var onFatal: @Sendable (_ reason: String, _ isCorrupt: Bool) -> Void = { _, _ in }
    /// Ends the process: a peer has heard this number of a log write, and the disk has lost it (rule 14).
    var onForgotten: @Sendable (UInt64) -> Void = { _ in }
    /// Records durably that a replica is suspect, and that it is gone.
    var onSuspect: @Sendable (SuspectReplica) -> Void = { _ in }
    var onCleared: @Sendable (LogName) -> Void = { _ in }
    /// The greatest running number of the log writer that a sync covers (rule 14).
    var syncedNumber: @Sendable () -> UInt64 = { 0 }
    /// The disk of the store, as it was a moment ago.
    var diskSpace: @Sendable () -> (free: UInt64, capacity: UInt64) = { (0, 0) }

    /// How far the shutdown has come.
    enum Drain: Equatable {
        /// Everything is served.
        case serving
        /// `/ready` says no, leaderships are on their way to other nodes. Next: `stopped`.
        case handingOver
        /// Nothing is taken any more.
        case stopped
    }

    init(
        loop: any EventLoop, host: Host, state: any StateStore, readPool: NIOThreadPool, identity: NodeIdentity,
        telemetry: Telemetry, meter: TransportMeter
    ) {
        self.loop = loop
        self.host = host
        self.state = state
        self.readPool = readPool
        self.identity = identity
        self.telemetry = telemetry
        self.meter = meter
    }

    /// Starts the clockwork. On the loop.
    func start() {
        loop.assertInEventLoop()
        suspendedBefore = SteadyClock.suspended()
        let interval = TimeAmount.nanoseconds(host.limits.controlInterval.nanoseconds)
        controlTimer = loop.scheduleRepeatedTask(initialDelay: .zero, delay: interval) { [unowned self] _ in
            controlTick()
        }
        scheduleTurn()
    }

    func stop() {
        loop.assertInEventLoop()
        drain = .stopped
        controlTimer?.cancel()
        wakeUp?.cancel()
        for connection in sortedClients() { connection.close() }
        links?.close()
    }

    func sortedClients() -> [FramedConnection] {
        clients.keys.sorted().compactMap { clients[$0] }
    }

    /// Asks for one turn after all I/O of this tick.
    func scheduleTurn() {
        guard !isTurnScheduled else { return }
        isTurnScheduled = true
        loop.execute { [self] in turn() }
    }

    /// Performs what the host decided, in the order of each kind (rule 8).
    func turn() {
        isTurnScheduled = false
        takeApplied()
        let effects = host.turn(now: SteadyClock.now())
        send(effects.messages)
        for (peer, frame) in effects.control { send(frame, to: peer) }
        performReplicaWork(effects)
        // To the peers first: their way to durability is longer than this node's own, and a leader need not wait for
        // its own disk before it sends (rule 9).
        links?.flushAll()
        if let write = effects.logWrite { logWriter?.submit(write) }
        let work = ApplyWork.of(effects)
        if !work.isEmpty { applyWorker?.submit(work) }
        for task in effects.loads { loader?.load(task) }
        for answer in effects.answers { respond(answer.reference, answer.body) }
        serve(effects.reads)
        serveHeldReads()
        flushClients()
        if host.hasWork { scheduleTurn() }
        scheduleWakeUp()
    }

    private func scheduleWakeUp() {
        let deadline = host.deadline
        guard deadline != wakeUpAt else { return }
        wakeUp?.cancel()
        wakeUp = nil
        wakeUpAt = deadline
        guard deadline != .distantFuture else { return }
        let delay = max(0, (deadline - SteadyClock.now()).nanoseconds)
        wakeUp = loop.scheduleTask(in: .nanoseconds(delay)) { [unowned self] in
            wakeUpAt = .distantFuture
            scheduleTurn()
        }
    }

    func flushClients() {
        for connection in dirtyClients { connection.flush() }
        dirtyClients.removeAll(keepingCapacity: true)
    }
}
