import Keyspace
import Raft
package import Wire

/// The answers a shard remembers, so that a command which a client had to repeat is applied at most once
/// (rule 22). A session is a client's random number; the client numbers its commands and says below which number
/// it has every answer.
///
/// Invariants:
/// - Answers of one session are in strictly increasing sequence order, none below its `doneBelow`.
/// - The content is a function of the log prefix alone: time is the stamps of entries, never a clock (rule 18).
package struct SessionTable: Sendable {
    /// Sessions by id. Looked up only, or walked in id order: its hash order reaches no effect.
    private(set) var sessions: [UInt64: Session] = [:]
    /// Answers in all sessions.
    package private(set) var answerCount = 0
    /// About what they take, in bytes.
    package private(set) var byteCount = 0
    /// The replicated time of the last sweep, in milliseconds.
    private(set) var sweptMilliseconds: UInt64 = 0

    /// Sessions of one shard; one more is refused with `busy`.
    package static let sessionsMax = 100_000
    /// Answers of one shard; one more is refused with `busy`.
    package static let answersMax = 1_000_000
    /// Bytes of one shard's answers; beyond it commands are refused with `busy`.
    package static let bytesMax = 64 << 20
    /// Slack on top of the window before a session is forgotten: clocks that stamp `issuedAt` and entries may be
    /// this far apart without an answer being lost within the window, in milliseconds.
    private static let slackMilliseconds: UInt64 = 60_000
    /// How often forgotten sessions are looked for, in milliseconds of replicated time.
    private static let sweepMilliseconds: UInt64 = 60_000

    package init() {}

    /// Sessions remembered now; at most `sessionsMax`.
    package var sessionCount: Int { sessions.count }

    /// What a command that carries a session meets.
    package enum Verdict: Equatable, Sendable {
        /// Not seen: apply it.
        case new
        /// Applied before; this was the answer.
        case known(CommandOutcome)
        /// Too old to tell: must not be applied.
        case expired
        /// No room for another answer.
        case full
    }

    /// Judges a command of a session before it is applied. `stampMilliseconds` is the stamp of its entry and `window`
    /// how long answers are kept, both in milliseconds of replicated time (rule 22). Changes nothing.
    package func verdict(_ header: CommandHeader, stampMilliseconds: UInt64, window: UInt64) -> Verdict {
        guard let session = sessions[header.session] else {
            if header.issuedAt &+ window < stampMilliseconds { return .expired }
            return sessions.count >= Self.sessionsMax || isFull ? .full : .new
        }
        if header.sequence < session.doneBelow { return isPlanted(.expiredApplied) ? .new : .expired }
        if let outcome = session.answer(to: header.sequence) { return .known(outcome) }
        if header.issuedAt &+ window < stampMilliseconds { return .expired }
        return isFull ? .full : .new
    }

    private var isFull: Bool { answerCount >= Self.answersMax || byteCount >= Self.bytesMax }

    /// Remembers the answer to a command that was applied now.
    package mutating func record(_ header: CommandHeader, _ outcome: CommandOutcome, stampMilliseconds: UInt64) {
        let (answers, bytes) = sessions[header.session, default: Session()].record(
            sequence: header.sequence, doneBelow: header.doneBelow, outcome: outcome,
            stampMilliseconds: stampMilliseconds)
        answerCount += answers
        byteCount += bytes
    }

    /// Forgets sessions that have been silent for longer than the window. Called before each command is recorded,
    /// with its stamp: so it happens at the same places when the table is rebuilt from what was recorded.
    package mutating func sweep(stampMilliseconds: UInt64, window: UInt64) {
        guard stampMilliseconds >= sweptMilliseconds &+ Self.sweepMilliseconds else { return }
        sweptMilliseconds = stampMilliseconds
        let keep = window &+ Self.slackMilliseconds
        for (id, session) in sessions where session.lastMilliseconds &+ keep < stampMilliseconds {
            answerCount -= session.answerCount
            byteCount -= session.byteCount
            sessions[id] = nil
        }
    }

    /// Takes in what another shard's table remembers: each command is known if one of the two knew it. What both know
    /// is the same, since the other one came from a split of this or the other way round. May go beyond the bounds by
    /// what `other` has; nothing new is taken then until it is swept.
    mutating func unite(with other: SessionTable) {
        sweptMilliseconds = max(sweptMilliseconds, other.sweptMilliseconds)
        for (id, theirs) in other.sessions {
            var session = sessions[id] ?? Session()
            answerCount -= session.answerCount
            byteCount -= session.byteCount
            session.unite(with: theirs)
            answerCount += session.answerCount
            byteCount += session.byteCount
            sessions[id] = session
        }
    }

    /// Whether one table may hold all of this, with room for new clients: a full one refuses them.
    package static func fits(_ loads: [MergeNotice.Load]) -> Bool {
        func fits(_ figure: KeyPath<MergeNotice.Load, UInt64>, _ limit: Int) -> Bool {
            var rest = UInt64(limit - limit / 8)
            for load in loads {
                guard load[keyPath: figure] <= rest else { return false }
                rest -= load[keyPath: figure]
            }
            return true
        }
        return fits(\.sessions, sessionsMax) && fits(\.answers, answersMax) && fits(\.bytes, bytesMax)
    }

    /// What so many commands, with so many operations in all, take at most.
    static func load(commands: Int, operations: Int) -> MergeNotice.Load {
        let bytes = commands * Session.Remembered.severalBytes + operations * MemoryLayout<OperationOutcome>.stride
        return MergeNotice.Load(
            sessions: UInt64(clamping: commands), answers: UInt64(clamping: commands), bytes: UInt64(clamping: bytes))
    }

    /// How much it holds.
    package var load: MergeNotice.Load {
        MergeNotice.Load(
            sessions: UInt64(sessions.count), answers: UInt64(answerCount), bytes: UInt64(clamping: byteCount))
    }

    /// Puts back what a checkpoint held.
    mutating func restore(id: UInt64, session: Session, sweptMilliseconds: UInt64) {
        answerCount += session.answerCount - (sessions[id]?.answerCount ?? 0)
        byteCount += session.byteCount - (sessions[id]?.byteCount ?? 0)
        sessions[id] = session
        self.sweptMilliseconds = sweptMilliseconds
    }

    mutating func restore(sweptMilliseconds: UInt64) {
        self.sweptMilliseconds = sweptMilliseconds
    }
}

/// One client's answers at one shard.
struct Session: Sendable, Equatable {
    /// The client has the answers to everything below.
    private(set) var doneBelow: UInt64
    /// The stamp of its last command, in milliseconds.
    private(set) var lastMilliseconds: UInt64
    private var answers: [Remembered]
    /// About what the live answers take, in bytes.
    private(set) var byteCount: Int
    /// The first live element of `answers`: dropping from the front is amortised.
    private var head = 0

    struct Remembered: Sendable, Equatable {
        var sequence: UInt64
        var outcome: CommandOutcome

        var byteCount: Int {
            guard case .done(.many(let operations)) = outcome else { return 48 }
            return Self.severalBytes + operations.count * MemoryLayout<OperationOutcome>.stride
        }

        /// Of the answer to a command of several operations, besides what each takes.
        static let severalBytes = 80
    }

    init(doneBelow: UInt64 = 0, lastMilliseconds: UInt64 = 0, answers: [Remembered] = []) {
        self.doneBelow = doneBelow
        self.lastMilliseconds = lastMilliseconds
        self.answers = answers
        byteCount = answers.reduce(0) { $0 + $1.byteCount }
    }

    var answerCount: Int { answers.count - head }
    var liveAnswers: ArraySlice<Remembered> { answers[head...] }

    static func == (a: Session, b: Session) -> Bool {
        a.doneBelow == b.doneBelow && a.lastMilliseconds == b.lastMilliseconds && a.liveAnswers == b.liveAnswers
    }

    func answer(to sequence: UInt64) -> CommandOutcome? {
        let position = position(of: sequence)
        guard position < answers.count, answers[position].sequence == sequence else { return nil }
        return answers[position].outcome
    }

    /// The first live position whose sequence is not below `sequence`.
    private func position(of sequence: UInt64) -> Int {
        // A client's commands mostly come in order: look at the end first.
        if let last = answers.last, last.sequence < sequence { return answers.count }
        var low = head
        var high = answers.count
        while low < high {
            let middle = (low + high) / 2
            if answers[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Returns by how much the number of answers and their bytes changed.
    mutating func record(
        sequence: UInt64, doneBelow: UInt64, outcome: CommandOutcome, stampMilliseconds: UInt64
    ) -> (answers: Int, bytes: Int) {
        let before = (answerCount, byteCount)
        let position = position(of: sequence)
        let new = Remembered(sequence: sequence, outcome: outcome)
        byteCount += new.byteCount
        if position < answers.count, answers[position].sequence == sequence {
            byteCount -= answers[position].byteCount
            answers[position] = new
        } else {
            answers.insert(new, at: position)
        }
        lastMilliseconds = max(lastMilliseconds, stampMilliseconds)
        forget(below: doneBelow)
        return (answerCount - before.0, byteCount - before.1)
    }

    /// Both lists are in the order of their sequences.
    mutating func unite(with other: Session) {
        var united: [Remembered] = []
        united.reserveCapacity(answerCount + other.answerCount)
        var theirs = other.liveAnswers
        for answer in liveAnswers {
            while let next = theirs.first, next.sequence < answer.sequence {
                united.append(next)
                theirs.removeFirst()
            }
            if theirs.first?.sequence == answer.sequence { theirs.removeFirst() }
            united.append(answer)
        }
        united += theirs
        let (ownDone, ownLast) = (doneBelow, lastMilliseconds)
        self = Session(doneBelow: 0, lastMilliseconds: max(ownLast, other.lastMilliseconds), answers: united)
        forget(below: max(ownDone, other.doneBelow))
    }

    private mutating func forget(below doneBelow: UInt64) {
        guard doneBelow > self.doneBelow else { return }
        self.doneBelow = doneBelow
        while head < answers.count, answers[head].sequence < doneBelow {
            byteCount -= answers[head].byteCount
            head += 1
        }
        if head > 64, head * 2 > answers.count {
            answers.removeFirst(head)
            head = 0
        }
    }
}
