import Keyspace
import NIOCore
import Raft
import Routing
import Wire

extension ClientCore {
    /// A question about routes that is not answered by then is asked elsewhere.
    private static let lookupTimeout = TimeAmount.milliseconds(300)
    /// Between two questions while some shard has no leader.
    private static let lookupPause = 20_000_000...40_000_000
    /// A request that waited through this many answers without a leader is sent anyway: the answer may be old.
    private static let waitsMax = 4

    /// Puts the request among those that wait for routes, and asks for them after `pause` at the latest.
    func waitForRoutes(_ slot: Slot, after pause: Interval) {
        waitingForRoutes.append(slot.reference)
        if pause == .zero { startLookup() } else { startLookup(after: pause) }
    }

    /// For requests that any node can answer, when none is connected.
    func waitForAnyNode(_ slot: Slot) {
        if case .lookup = slot.operation {
            lookupFailed(slot)
        } else {
            delay(slot, .milliseconds(10))
        }
        connectAll()
    }

    private func startLookup(after pause: Interval) {
        guard !isLookupTimerSet else { return }
        isLookupTimerSet = true
        loop.scheduleTask(in: .nanoseconds(pause.nanoseconds)) {
            self.isLookupTimerSet = false
            if !self.waitingForRoutes.isEmpty { self.startLookup() }
        }
    }

    /// Asks some node for the routes, unless that is under way.
    func startLookup() {
        guard !isLookupInFlight, !isShutDown else { return }
        guard linkForLookup() != nil else { return connectAll() }
        isLookupInFlight = true
        submit(.lookup, key: nil, byteCount: 0, timeout: ClientCore.lookupTimeout, reply: nil)
    }

    /// Every slot is in use, the one set aside too: ask again when some have ended.
    func lookupFoundNoSlot() {
        isLookupInFlight = false
        startLookup(after: .milliseconds(20))
    }

    /// The request for routes found no slot, or ended without an answer.
    func lookupFailed(_ slot: Slot) {
        isLookupInFlight = false
        complete(slot, .batchWritten)
        askAgain()
    }

    func lookupSucceeded(_ table: RouteTable) {
        isLookupInFlight = false
        router.absorb(table)
        leaveSilentNodes()
        let waiting = waitingForRoutes
        waitingForRoutes = []
        for request in waiting {
            guard let slot = resolve(request) else { continue }
            if canBeRouted(slot) {
                slot.waits = 0
                dispatch(slot)
            } else {
                slot.waits += 1
                waitingForRoutes.append(request)
            }
        }
        askAgain()
    }

    private func askAgain() {
        guard !waitingForRoutes.isEmpty else { return }
        startLookup(after: Interval(nanoseconds: Int64(Int.random(in: ClientCore.lookupPause, using: &generator))))
    }

    private func canBeRouted(_ slot: Slot) -> Bool {
        guard time.isKnown || !slot.operation.isWrite else { return false }
        if case .scan(let page) = slot.operation {
            return page.isReverse
                ? router.shard(below: page.end) != nil : router.covers(page.start)
        }
        guard let key = slot.key else { return true }
        if slot.waits >= ClientCore.waitsMax || slot.operation.isForAnyReplica {
            return router.covers(key)
        }
        // Safe because bytes have no padding.
        return unsafe router.leader(of: key.bytes.span.bytes, at: instant()) != nil
    }
}

extension Router {
    /// Whether the shard of `key` is known.
    fileprivate func covers(_ key: Key) -> Bool {
        // Safe because bytes have no padding.
        unsafe shard(of: key.bytes.span.bytes) != nil
    }
}
