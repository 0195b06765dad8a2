import Raft

/// A payload that people can read.
struct TestPayload: EntryPayload, Hashable {
    var text: String
    var byteCount: Int { text.utf8.count }
    var isBarrier: Bool { text.hasPrefix("|") }
}

typealias TestGroup = Group<TestPayload>
typealias TestEntry = Entry<TestPayload>
typealias TestMessage = Message<TestPayload>

extension Entry<TestPayload> {
    /// What makes two entries the same.
    var summary: String {
        switch content {
        case .empty: "\(index)@\(term)"
        case .payload(let payload): "\(index)@\(term) \(payload.text)"
        case .configuration(let configuration): "\(index)@\(term) {\(configuration.summary)}"
        }
    }
}

extension Configuration {
    var summary: String {
        func list(_ members: [Member]) -> String { members.map { "\($0.replica)" }.joined(separator: " ") }
        var parts = [list(voters)]
        if !outgoing.isEmpty { parts.append("out \(list(outgoing))") }
        if !learners.isEmpty { parts.append("learn \(list(learners))") }
        return parts.joined(separator: " ")
    }
}

/// Replica n lives on node n.
func member(_ number: UInt64) -> Member { Member(replica: ReplicaID(number), node: NodeID(number)) }

func members(_ numbers: [UInt64]) -> [Member] { numbers.map(member) }

/// What survives a crash of a node: exactly the requests reported as durable, and what was applied.
struct TestDisk {
    var hardState = HardState()
    var truncated = LogPosition()
    /// Everything after `truncated`.
    var entries: [TestEntry] = []
    var applied = LogPosition()
    var configuration: Configuration
    /// Of the last snapshot installed, as the state records it.
    var base = LogPosition()

    mutating func write(_ persist: Ready<TestPayload>.Persist) {
        if let hardState = persist.hardState { self.hardState = hardState }
        if let base = persist.base {
            entries.removeAll { base.dropsLog || $0.index <= base.position.index }
            truncated = base.position
        }
        guard let first = persist.entries.first else { return }
        entries.removeAll { $0.index >= first.index }
        entries += persist.entries
    }

    mutating func apply(_ entry: TestEntry) {
        applied = LogPosition(index: entry.index, term: entry.term)
        if case .configuration(let configuration) = entry.content { self.configuration = configuration }
    }

    /// The data of a snapshot: one write, after which the state stands at its position.
    mutating func ingest(_ snapshot: SnapshotMetadata) {
        base = snapshot.position
        applied = snapshot.position
        configuration = snapshot.configuration
    }

    /// Rule 16: a log that does not contain the base is replaced by an empty one there.
    mutating func recover() {
        guard base.index > truncated.index else { return }
        let isThere = entry(at: base.index)?.term == base.term
        entries.removeAll { !isThere || $0.index <= base.index }
        truncated = base
    }

    mutating func truncate(through index: LogIndex) {
        guard let last = entries.last(where: { $0.index <= index }) else { return }
        truncated = LogPosition(index: last.index, term: last.term)
        entries.removeAll { $0.index <= index }
    }

    func entry(at index: LogIndex) -> TestEntry? {
        entries.first { $0.index == index }
    }

    var restored: Restored<TestPayload> {
        var runs: [TermRun] = []
        for entry in entries where entry.term != runs.last?.term {
            runs.append(TermRun(first: entry.index, term: entry.term))
        }
        return Restored(
            configuration: configuration, hardState: hardState, truncated: truncated, applied: applied,
            termRuns: runs, entries: entries.filter { $0.index > applied.index },
            lastIndex: entries.last?.index ?? truncated.index)
    }
}

/// A group with its disk, as a host would hold it.
struct TestNode {
    let member: Member
    let limits: Limits
    let seed: UInt64
    var group: TestGroup
    var disk: TestDisk
    /// Requests the disk has not finished.
    var pending: [Ready<TestPayload>.Persist] = []
    var neighbours = Neighbourhood()
    var isUp = true
    var incarnation: UInt64 = 1

    init(member: Member, disk: TestDisk, limits: Limits, seed: UInt64, now: Instant) {
        self.member = member
        self.disk = disk
        self.limits = limits
        self.seed = seed
        group = TestGroup(member: member, restored: disk.restored, limits: limits, seed: seed, startedAt: now)
    }

    mutating func restart(now: Instant) throws {
        disk.recover()
        try disk.restored.validate()
        pending = []
        neighbours = Neighbourhood()
        isUp = true
        incarnation += 1
        group = TestGroup(
            member: member, restored: disk.restored, limits: limits, seed: seed &+ incarnation &* 7919,
            startedAt: now)
    }

    /// The disk finishes its oldest request.
    mutating func persistOne(now: Instant) {
        guard !pending.isEmpty else { return }
        let request = pending.removeFirst()
        disk.write(request)
        group.persisted(request.token, now: now, neighbours: neighbours)
    }

    mutating func tick(now: Instant) {
        group.tick(now: now, neighbours: neighbours)
    }

    mutating func step(_ message: TestMessage, from: Member, now: Instant) {
        group.step(message, from: from, now: now, neighbours: neighbours)
    }

    mutating func peerRestarted(_ node: NodeID, now: Instant) {
        group.peerRestarted(node, now: now, neighbours: neighbours)
    }

    mutating func propose(_ configuration: Configuration, now: Instant) throws(ProposeError) -> LogIndex {
        try group.propose(configuration: configuration, now: now, neighbours: neighbours)
    }

    /// The data is durable, then the group hears of it.
    mutating func install(_ snapshot: SnapshotMetadata, now: Instant) -> SnapshotVerdict {
        disk.ingest(snapshot)
        return group.install(snapshot, now: now, neighbours: neighbours)
    }

    mutating func read(_ id: ReadID, now: Instant) -> ReadOutcome {
        group.read(id, now: now, neighbours: neighbours)
    }
}
