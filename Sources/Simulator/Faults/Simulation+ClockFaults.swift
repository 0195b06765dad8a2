import Host
import Keyspace
import Raft

/// Clocks that drift, machines that sleep, and nodes that start years ahead of the others.
extension Simulation {
    func sleep(_ node: SimulatedNode) {
        probes.hit(.leaseDropped)
        after(0, on: node) { [unowned self] in node.host.dropLeases(now: instant(node)) }
    }

    /// Up to what leases allow for, and a little less.
    func drift(_ node: SimulatedNode) {
        probes.hit(.clockDrifted)
        node.clock.setDrift(Int64(faultChance.draw(-9_000...9_000)), at: now)
    }

    /// Whose clocks are wrong is decided by a majority of them, so it is never more than one.
    func startWithWrongClock(_ node: SimulatedNode) {
        guard node.isUp, nodes.allSatisfy({ $0 === node || isAhead($0) == false }) else { return }
        for other in nodes { other.wallError = 0 }
        node.wallError = Self.tenYears
        crash(node, drawCrash(), down: faultChance.draw(1_000...300_000))
    }

    /// Whether a process shows a time that is far ahead, or would after its next start.
    private func isAhead(_ node: SimulatedNode) -> Bool {
        guard node.isUp else { return node.wallError > 0 }
        return node.asking { $0.clock.milliseconds(at: instant(node)) } > trueMilliseconds + 60_000
    }

    private static let tenYears: UInt64 = 10 * 365 * 24 * 3_600_000

    /// Milliseconds since 1970.
    var trueMilliseconds: UInt64 { Self.start + UInt64(now / 1_000_000) }

    /// Time never runs ahead of true time: what is stored for a while would be gone, and sessions with it.
    func checkTime(_ node: SimulatedNode) {
        let clock = node.asking { $0.clock }
        guard clock.milliseconds(at: instant(node)) > trueMilliseconds + 60_000 else { return }
        guard clock.isConfirmed || node.asking({ $0.trustedMilliseconds(at: instant(node)) }) > 0 else {
            return probes.hit(.wrongClockDistrusted)
        }
        guard clock.isConfirmed, !isTimeTainted else {
            // Who hears nobody has only its own clock to go by.
            if node.asking({ $0.leadsAlone }) { isTimeTainted = true }
            return
        }
        fail("the clock of node \(node.id) is years ahead, and others' clocks are said to have confirmed it")
    }

    /// The same of what it has led to: the versions in the logs.
    func checkVersions(_ node: SimulatedNode) {
        guard !isTimeTainted else { return }
        for replica in node.host.replicas where replica.lastVersionInLog.milliseconds > trueMilliseconds + 60_000 {
            fail("shard \(replica.descriptor.shard) on node \(node.id) has a version that is years ahead")
        }
    }
}
