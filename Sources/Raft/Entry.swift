/// What the log carries for its user: opaque bytes of which Raft knows only the size.
package protocol EntryPayload: Sendable {
    /// The size that in-flight windows and the entry cache count, in bytes.
    var byteCount: Int { get }
    /// Whether the user has to prepare for the entry before it is handed out: see `Group.barrier`.
    var isBarrier: Bool { get }
}

extension EntryPayload {
    /// None is, unless it says so.
    package var isBarrier: Bool { false }
}

/// One position of a shard's log.
package struct Entry<Payload: EntryPayload>: Sendable {
    /// The entry's place in the log; consecutive, from 1.
    package var index: LogIndex
    package var term: Term
    package var content: Content

    package init(index: LogIndex, term: Term, content: Content) {
        self.index = index
        self.term = term
        self.content = content
    }

    /// What an entry carries, and so who interprets it.
    package enum Content: Sendable {
        /// A new leader's first entry (paper §8): commits what earlier terms left behind.
        case empty
        /// The user's bytes.
        case payload(Payload)
        /// A configuration, in force from the moment it is appended (dissertation §4.1, rule 27).
        case configuration(Configuration)
    }

    /// What windows and caches count: the payload and a fixed cost per entry.
    package var byteCount: Int {
        switch content {
        case .empty: Entry.overheadBytes
        case .payload(let payload): payload.byteCount + Entry.overheadBytes
        case .configuration(let configuration):
            Entry.overheadBytes
                + 16 * (configuration.voters.count + configuration.outgoing.count + configuration.learners.count)
        }
    }

    private static var overheadBytes: Int { 32 }

    /// See `EntryPayload.isBarrier`.
    var isBarrier: Bool {
        if case .payload(let payload) = content { payload.isBarrier } else { false }
    }
}
