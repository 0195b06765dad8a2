/// Reads that wait for a quorum to confirm the leader (dissertation §6.4).
///
/// One round is on its way at most. It serves the reads that had arrived before its first message; later ones
/// share the next round (rule 25). Round numbers are never reused within a term.
struct ReadRounds: Sendable {
    private(set) var current: Round?
    private var waiting: [ReadID] = []
    private var counter: UInt64 = 0

    struct Round: Sendable {
        let id: UInt64
        let index: LogIndex
        let reads: [ReadID]
        fileprivate(set) var confirmedBy: [ReplicaID] = []
        /// When its heartbeats were last sent.
        var sentAt: Instant
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    /// Every read that has no answer yet, in order of arrival.
    var unanswered: [ReadID] { (current?.reads ?? []) + waiting }

    mutating func enqueue(_ read: ReadID) {
        waiting.append(read)
    }

    /// Starts the round of everything that waits; `index` is what they may be served at.
    mutating func start(index: LogIndex, now: Instant) {
        counter = isPlanted(.readRoundReused) ? 1 : counter + 1
        current = Round(id: counter, index: index, reads: waiting, sentAt: now)
        waiting.removeAll()
    }

    mutating func noteSent(now: Instant) {
        current?.sentAt = now
    }

    /// Counts an answer to round `id`; answers to other rounds count for nothing.
    mutating func confirm(_ id: UInt64, by replica: ReplicaID) {
        guard let round = current, round.id == id, !round.confirmedBy.contains(replica) else { return }
        current?.confirmedBy.append(replica)
    }

    mutating func finish() -> Round? {
        defer { current = nil }
        return current
    }
}
