import Raft

/// Virtual time: everything that happens is an event of the queue, at a time in nanoseconds.
extension Simulation {
    /// What the node's steady clock shows.
    func instant(_ node: SimulatedNode) -> Instant { node.clock.instant(at: now) }

    /// True time as an instant, which is what the clients' clocks show.
    var trueInstant: Instant { Instant(nanoseconds: now) }

    /// Runs `action` after so many microseconds.
    func after(_ microseconds: Int, _ action: @escaping () -> Void) {
        queue.add(at: now + Int64(microseconds) * 1_000, action)
    }

    /// The same in a process: not if it ends before, and later if it is stopped then.
    func after(_ microseconds: Int, on node: SimulatedNode, _ action: @escaping () -> Void) {
        schedule(at: now + Int64(microseconds) * 1_000, on: node, action)
    }

    func schedule(at time: Int64, on node: SimulatedNode, _ action: @escaping () -> Void) {
        let life = node.life
        queue.add(at: time) { [unowned self] in perform(on: node, life: life, action) }
    }

    func perform(on node: SimulatedNode, life: Int, _ action: @escaping () -> Void) {
        guard node.life == life, node.isUp else { return }
        if node.isPaused {
            node.deferred.append { [unowned self] in perform(on: node, life: life, action) }
        } else {
            action()
        }
    }

    /// Runs for so many virtual milliseconds, until `isDone`, or until something was found.
    func run(milliseconds: Int, until isDone: () -> Bool = { false }) {
        let end = now + Int64(milliseconds) * 1_000_000
        while failure == nil, !isDone(), let time = queue.nextTime, time <= end {
            now = max(now, time)
            queue.removeFirst()?()
        }
        if failure == nil, !isDone() { now = max(now, end) }
    }
}
