package import Raft

/// What of this node's clock may be gone by (rule 20). Versions and clients only go forward in time: what a clock that
/// was years ahead has told once can never be taken back.
extension Host {
    /// Milliseconds since 1970 by the cluster's clock; zero, which is no time, while this node's may be wrong. Who
    /// has heard nobody has only its own to go by.
    package func trustedMilliseconds(at now: Instant) -> UInt64 {
        isClockConfirmed || clock.hasWaitedInVain(at: now) && hearsNobody(at: now) ? clock.milliseconds(at: now) : 0
    }

    /// The same for the next entry of a shard. Whoever hears nobody may go on leading for a while, and be heard again
    /// before that ends: what others have a voice in is not stamped by a clock that nobody has confirmed.
    func stampMilliseconds(_ slot: Int, at now: Instant) -> UInt64 {
        guard !isClockConfirmed else { return clock.milliseconds(at: now) }
        return isAlone(slot) ? trustedMilliseconds(at: now) : 0
    }

    /// The same for clients, who keep the latest time they have heard: a node that is alone tells them one only if it
    /// leads a shard that has no other voters.
    package func millisecondsForClients(at now: Instant) -> UInt64 {
        isClockConfirmed || leadsAlone ? trustedMilliseconds(at: now) : 0
    }

    /// Whether a shard without other voters is led here.
    package var leadsAlone: Bool { replicas.indices.contains { leads(at: $0) && isAlone($0) } }

    private func isAlone(_ slot: Int) -> Bool {
        let configuration = replicas[slot].group.configuration
        return (configuration.voters + configuration.outgoing).allSatisfy { $0.node == node }
    }

    /// Whoever has shards and no peers is the cluster.
    private var isClockConfirmed: Bool {
        clock.isConfirmed || peerOrder.isEmpty && !replicas.isEmpty || isPlanted(.clockTrustedAtOnce)
    }

    private func hearsNobody(at now: Instant) -> Bool {
        peerOrder.allSatisfy { now - neighbourhood[$0].heardAt > limits.silence }
    }
}
