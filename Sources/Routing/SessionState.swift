/// One client's session (rule 22): numbers its writes and tells the shards which answers they may forget.
///
/// Invariants:
/// - `doneBelow` ≤ every outstanding sequence < `nextSequence`;
/// - at most `windowMax` sequences lie between the two ends.
package struct SessionState: Sendable {
    /// The most sequences between the oldest outstanding write and the newest.
    package static let windowMax: UInt64 = 65_536

    /// Random and not zero; zero means "no session" on the wire.
    package let id: UInt64
    /// The sequence of the next write.
    package private(set) var nextSequence: UInt64 = 1
    /// The client has the answers to all sequences below.
    package private(set) var doneBelow: UInt64 = 1
    /// One bit per sequence of the window, at its number modulo the window: whether it is done.
    private var done: [UInt64]

    /// A new session; `id` should be random.
    package init(id: UInt64) {
        self.id = id == 0 ? 1 : id
        done = Array(repeating: 0, count: Int(SessionState.windowMax / 64))
    }

    /// How many sequences lie between the oldest outstanding write and the newest.
    package var window: UInt64 { nextSequence - doneBelow }

    /// The sequence of a new write; nil while the window is full.
    package mutating func begin() -> UInt64? {
        guard window < SessionState.windowMax, nextSequence < .max else { return nil }
        defer { nextSequence += 1 }
        return nextSequence
    }

    /// The caller has its answer, or has given up: the write is never sent again. Unknown and repeated sequences
    /// change nothing.
    package mutating func finish(_ sequence: UInt64) {
        guard sequence >= doneBelow, sequence < nextSequence else { return }
        set(sequence)
        while doneBelow < nextSequence, isSet(doneBelow) {
            clear(doneBelow)
            doneBelow += 1
        }
    }

    private func place(_ sequence: UInt64) -> (word: Int, bit: UInt64) {
        let position = sequence % SessionState.windowMax
        return (Int(position / 64), 1 << (position % 64))
    }

    private func isSet(_ sequence: UInt64) -> Bool {
        let (word, bit) = place(sequence)
        return done[word] & bit != 0
    }

    private mutating func set(_ sequence: UInt64) {
        let (word, bit) = place(sequence)
        done[word] |= bit
    }

    private mutating func clear(_ sequence: UInt64) {
        let (word, bit) = place(sequence)
        done[word] &= ~bit
    }
}
