import Raft

/// Virtual time: everything that happens is an event of the queue, at a time in nanoseconds.
extension Simulation {
    /// What the node's steady clock shows.
    func instant(_ node: SimulatedNode) -> Instant { node.clock.instant(at: now) }

    /// True time as an instant, which is what the clients' clocks show.
    var trueInstant: Instant { Instant(nanoseconds: now) }

    /// Runs `action` after so many microseconds.
    func after(_ microseconds: Int, _ action: @escaping () -> Void) {
        schedule(at: now + Int64(microseconds) * 1_000, action)
    }

    /// Runs `action` at that true time.
    func schedule(at time: Int64, _ action: @escaping () -> Void) {
        queue.add(at: time, EventQueue.Event(node: nil, life: 0, action: action))
    }

    /// The same in a process: not if it ends before, and later if it is stopped then.
    func after(_ microseconds: Int, on node: SimulatedNode, _ action: @escaping () -> Void) {
        schedule(at: now + Int64(microseconds) * 1_000, on: node, action)
    }

    func schedule(at time: Int64, on node: SimulatedNode, _ action: @escaping () -> Void) {
        queue.add(at: time, EventQueue.Event(node: node, life: node.life, action: action))
    }

    /// Lets an event happen, if the process it belongs to still lives, as soon as it goes on.
    func perform(_ event: EventQueue.Event) {
        guard let node = event.node else { return event.action() }
        guard node.life == event.life, node.isUp else { return }
        if node.isPaused {
            node.deferred.append(event)
        } else {
            event.action()
        }
    }

    /// Runs for so many virtual milliseconds, until `isDone`, or until something was found. It is asked every virtual
    /// millisecond: most events do not change the answer.
    func run(milliseconds: Int, until isDone: () -> Bool = { false }) {
        let end = now + Int64(milliseconds) * 1_000_000
        var nextLook = now
        while failure == nil {
            if now >= nextLook {
                if isDone() { return }
                nextLook = now + 1_000_000
            }
            guard let (time, event) = queue.removeFirst(until: end) else { break }
            now = max(now, time)
            perform(event)
        }
        if failure == nil { now = max(now, end) }
    }
}
