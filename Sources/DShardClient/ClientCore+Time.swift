import Keyspace
import NIOCore
import Raft
import Routing
import Transport

extension ClientCore {
    /// How often deadlines and silent nodes are looked for. One walk over the slots in use costs less than entering
    /// and leaving a wheel would cost each request.
    private static let sweepInterval = TimeAmount.milliseconds(50)
    /// The grain of the pauses between attempts.
    private static let delayInterval = TimeAmount.milliseconds(5)
    /// A node that owes answers and says nothing for this long may be frozen: others are asked who leads.
    private static let silenceMax = TimeAmount.milliseconds(300)

    /// Sends the request again after `pause`.
    func delay(_ slot: Slot, _ pause: Interval) {
        delayed.append((turnTime() + .nanoseconds(pause.nanoseconds), slot.reference))
        startDelayTimer()
    }

    private func startDelayTimer() {
        guard !isDelayTimerSet, !delayed.isEmpty else { return }
        isDelayTimerSet = true
        loop.scheduleTask(in: ClientCore.delayInterval) { self.delayTimerFired() }
    }

    private func delayTimerFired() {
        isDelayTimerSet = false
        let now = turnTime()
        let due = delayed.filter { $0.due <= now }
        delayed.removeAll { $0.due <= now }
        for entry in due {
            if let slot = resolve(entry.request) { dispatch(slot) }
        }
        startDelayTimer()
    }

    /// Keeps the sweep running while there are requests; an idle client wakes for nothing.
    func startSweep() {
        guard !isSweepTimerSet else { return }
        isSweepTimerSet = true
        loop.scheduleTask(in: ClientCore.sweepInterval) { self.sweep() }
    }

    private func sweep() {
        isSweepTimerSet = false
        let now = turnTime()
        for slot in slots where slot.phase != .free && slot.deadline <= now { expire(slot) }
        waitingForRoutes.removeAll { resolve($0) == nil }
        if links.contains(where: { isSilent($0) }) {
            startLookup()
            askOthersForRoutes()
        }
        if freeSlots.count < slots.count { startSweep() }
    }

    /// Whether the node behind `link` owes answers and has said nothing for long.
    func isSilent(_ link: NodeLink) -> Bool {
        link.isConnected && link.inFlight > 0 && turnTime() - link.heardAt > ClientCore.silenceMax
    }

    /// Any node can tell the routes: another one does sooner.
    private func askOthersForRoutes() {
        guard links.contains(where: { $0.isConnected && !isSilent($0) }) else { return }
        for slot in slots where slot.phase == .sent {
            guard case .routes = slot.operation, let link = slot.link, isSilent(link) else { continue }
            failed(slot, .connectionLost, learned: true)
        }
    }

    private func expire(_ slot: Slot) {
        if case .lookup = slot.operation { return lookupFailed(slot) }
        let wasSent = slot.phase == .sent
        let failure = policy.deadlineFailure(
            kind(slot), wasSent ? nil : slot.lastFailure ?? .unreachable,
            mayBeApplied: slot.mayBeApplied || wasSent)
        complete(slot, .failure(ClientError(failure, trouble: trouble)))
    }

    /// Takes requests from nodes that are silent and, as was just learnt, lead no more: the new leader answers sooner.
    func leaveSilentNodes() {
        for slot in slots where slot.phase == .sent {
            guard let link = slot.link, let node = slot.node, let key = slot.key,
                kind(slot) != .writeWithoutSession, isSilent(link)
            else { continue }
            // Safe because bytes have no padding.
            let leader = unsafe router.leader(of: key.bytes.span.bytes, at: instant())
            guard let leader, leader != node else { continue }
            slot.mayBeApplied = slot.operation.isWrite
            failed(slot, .connectionLost, learned: true)
        }
    }
}
