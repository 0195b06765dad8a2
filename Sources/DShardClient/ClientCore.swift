import Keyspace
import NIOCore
import Raft
import Routing
import Transport
import Wire

/// Everything a client knows and waits for, owned by one event loop: no locks, no tasks, no timer or future per
/// request.
///
/// A request lives in a slot of a flat table and is named on the wire by the slot's number and generation, so that an
/// answer finds it without a search and a late answer finds nothing. Requests of one turn of the loop to one node leave
/// as one write.
///
/// Safe because all state is touched on `loop` only; every entry point asserts it.
final class ClientCore: @unchecked Sendable {
    let loop: any EventLoop
    let configuration: DShardClient.Configuration
    let meter = TransportMeter()
    let policy = RetryPolicy()
    /// From the configuration, at hand.
    private let requestsInFlightMax: Int
    private let bytesInFlightMax: Int
    var generator: SplitMix64

    // Requests.
    var slots: [Slot] = []
    /// Free slots; the last one is used next, so that the table stays short and warm.
    var freeSlots: [Slot] = []
    var bytesInFlight = 0
    /// Waits for the next attempt.
    var delayed: [(due: NIODeadline, request: SlotReference)] = []
    var isDelayTimerSet = false
    var isSweepTimerSet = false

    // Routes.
    var router = Router()
    var time = ClusterTime()
    /// Waits for routes; all of them share one request.
    var waitingForRoutes: [SlotReference] = []
    var isLookupInFlight = false
    var isLookupTimerSet = false

    // Sessions.
    var session: SessionState
    /// Sessions whose window is full and whose writes are not all done.
    var oldSessions: [SessionState] = []

    // Nodes.
    var links: [NodeLink] = []
    var lookupTurn = 0
    var lastSerial: UInt64 = 0
    /// What the last failed connection said.
    var trouble: String?
    var isFlushScheduled = false
    var isShutDown = false
    /// The time as of the first request of this turn: the clock is not read once per request.
    var now = NIODeadline.uptimeNanoseconds(0)
    var isNowFresh = false

    init(configuration: DShardClient.Configuration, loop: any EventLoop) {
        self.configuration = configuration
        self.loop = loop
        requestsInFlightMax = max(1, configuration.requestsInFlightMax)
        bytesInFlightMax = configuration.bytesInFlightMax
        var system = SystemRandomNumberGenerator()
        generator = SplitMix64(seed: configuration.seed ?? system.next())
        session = SessionState(id: Self.newSessionID())
    }

    /// This turn's time; see `now`.
    func turnTime() -> NIODeadline {
        if !isNowFresh { now = loop.now }
        return now
    }

    /// The same for the pure parts.
    func instant() -> Instant { Instant(nanoseconds: Int64(clamping: turnTime().uptimeNanoseconds)) }

    /// Begins a request; `reply` gets its answer exactly once, at its deadline at the latest.
    func submit(_ operation: Operation, key: Key?, byteCount: Int, timeout: TimeAmount, reply: Reply?) {
        loop.assertInEventLoop()
        guard !isShutDown else {
            reply?.send(.failure(.wasShutDown))
            return
        }
        guard bytesInFlight + byteCount <= bytesInFlightMax, let slot = takeSlot(isOwn: reply == nil)
        else {
            reply?.send(.failure(.tooManyInFlight))
            if reply == nil { lookupFoundNoSlot() }
            return
        }
        bytesInFlight += byteCount
        slot.phase = .queued
        slot.operation = operation
        slot.key = key
        slot.byteCount = byteCount
        slot.reply = reply
        slot.deadline = turnTime() + timeout
        startSweep()
        dispatch(slot)
    }

    /// A free slot; nil when too many are in use.
    private func takeSlot(isOwn: Bool) -> Slot? {
        if let slot = freeSlots.popLast() { return slot }
        // The client's own question must not fail for the requests that wait for its answer.
        guard slots.count < requestsInFlightMax + (isOwn ? 1 : 0) else { return nil }
        let slot = Slot(index: slots.count)
        slots.append(slot)
        return slot
    }

    /// The slot that `reference` means, if it is still the same attempt.
    func resolve(_ reference: SlotReference) -> Slot? {
        let index = reference.index
        guard index < slots.count else { return nil }
        let slot = slots[index]
        return slot.generation == reference.generation && slot.phase != .free ? slot : nil
    }

    /// Ends a request.
    func complete(_ slot: Slot, _ answer: consuming Answer) {
        leaveLink(slot)
        if slot.session != 0 { finishSequence(slot.session, slot.sequence) }
        bytesInFlight -= slot.byteCount
        let reply = slot.reply
        slot.free()
        freeSlots.append(slot)
        reply?.send(answer)
    }

    /// Takes the last attempt back from its link: whatever still comes for it means nothing.
    func leaveLink(_ slot: Slot) {
        guard slot.phase == .sent else { return }
        slot.phase = .queued
        slot.generation &+= 1
        slot.link?.inFlight -= 1
        slot.link = nil
    }

    /// Ends everything.
    func shutDown() {
        loop.assertInEventLoop()
        guard !isShutDown else { return }
        isShutDown = true
        for slot in slots where slot.phase != .free {
            let isUnknown = slot.operation.isWrite && (slot.mayBeApplied || slot.phase == .sent)
            let error = isUnknown ? ClientError(.unknownOutcome, trouble: nil) : .wasShutDown
            complete(slot, .failure(error))
        }
        for link in links {
            for connection in link.connections { connection.close() }
        }
        links = []
    }
}
