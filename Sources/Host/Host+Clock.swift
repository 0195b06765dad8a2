package import Raft

/// What of this node's clock may be gone by (rule 20). Versions and clients only go forward in time: what a clock that
/// was years ahead has told once can never be taken back.
extension Host {
    /// Milliseconds since 1970 by the cluster's clock; zero, which is no time, while this node's may be wrong. Who
    /// hears nobody has only its own to go by, and can lead no shard but those that are here alone.
    package func trustedMilliseconds(at now: Instant) -> UInt64 {
        isClockConfirmed || clock.hasWaited(at: now) && hearsNobody(at: now) ? clock.milliseconds(at: now) : 0
    }

    /// The same for clients, who keep the latest time they have heard: a node that is alone tells them one only if it
    /// leads a shard.
    package func millisecondsForClients(at now: Instant) -> UInt64 {
        isClockConfirmed || replicas.contains { $0.group.role == .leader } ? trustedMilliseconds(at: now) : 0
    }

    /// Whoever has shards and no peers is the cluster.
    private var isClockConfirmed: Bool {
        clock.isConfirmed || peerOrder.isEmpty && !replicas.isEmpty || isPlanted(.clockTrustedAtOnce)
    }

    private func hearsNobody(at now: Instant) -> Bool {
        peerOrder.allSatisfy { now - neighbourhood[$0].heardAt > limits.silence }
    }
}
