import Raft

/// A replica with a host around it that does what hosts do, and remembers what the disk holds.
struct GroupModel {
    let member = Member(replica: ReplicaID(1), node: NodeID(1))
    var group: Group<FuzzPayload>
    var neighbours = Neighbourhood()
    var now = Instant(nanoseconds: 1_000_000_000)

    // What a crash leaves: the disk, and what the applier has written.
    private var disk: Restored<FuzzPayload>
    /// All entries on the disk after `disk.truncated`.
    private var log: [Entry<FuzzPayload>] = []

    // What a crash takes.
    /// Asked for and not yet durable, oldest first.
    private var writes: [Ready<FuzzPayload>.Persist] = []
    private var handedOut: [Entry<FuzzPayload>] = []
    /// The greatest end that the log on disk had in this process.
    private var durableMax = LogIndex.zero
    var loads: [Ready<FuzzPayload>.Load] = []
    /// The last messages that were sent, for honest answers.
    var sent: [Ready<FuzzPayload>.Outgoing] = []
    var reads: UInt64 = 0

    static let limits: Limits = {
        // So small that every one of them is met.
        var limits = Limits()
        limits.inflightBytesMax = 512
        limits.inflightMessagesMax = 4
        limits.appendBytesMax = 128
        limits.uncommittedBytesMax = 1_024
        limits.cacheBytesMax = 256
        return limits
    }()

    init(_ program: inout Program) {
        let voters = (0...program.choice(5)).map { Member.fuzz($0 + 1) }
        let shape = program.byte()
        var configuration = Configuration(voters: voters)
        if shape & 1 != 0 { configuration.learners = [.fuzz(6)] }
        if shape & 2 != 0 { configuration.outgoing = [.fuzz(1), .fuzz(5)] }
        if shape & 4 != 0 { configuration.voters.removeFirst(min(1, voters.count - 1)) }
        disk = Restored(configuration: configuration)
        let seed = UInt64(program.byte())
        group = Group(
            member: member, restored: disk, limits: Self.limits, seed: seed, startedAt: Instant(nanoseconds: 0))
    }

    /// The process dies and another starts: the disk holds the oldest `count` of the writes that were under way.
    mutating func restart(keeping count: Int) {
        for write in writes.prefix(count) { store(write) }
        var restored = disk
        restored.lastIndex = last
        restored.termRuns = []
        for entry in log where entry.term != restored.termRuns.last?.term {
            restored.termRuns.append(TermRun(first: entry.index, term: entry.term))
        }
        restored.entries = log.filter { $0.index > disk.applied.index }
        do throws(RestoreError) {
            try restored.validate()
        } catch {
            fatalError("a disk that lost nothing is not accepted: \(error)")
        }
        group = Group(
            member: member, restored: restored, limits: Self.limits, seed: UInt64(count), startedAt: now)
        (writes, handedOut, loads, sent, durableMax) = ([], [], [], [], last)
        group.checkInvariants()
    }

    private var last: LogIndex { log.last?.index ?? disk.truncated.index }

    private mutating func store(_ write: Ready<FuzzPayload>.Persist) {
        if let hardState = write.hardState {
            Check.that(hardState.term >= disk.hardState.term, "the term on disk falls")
            disk.hardState = hardState
        }
        if let first = write.entries.first {
            Check.that(first.index > disk.applied.index, "an applied entry is overwritten")
            Check.that(first.index <= last.next, "the log on disk has a hole")
            log.removeAll { $0.index >= first.index }
            log += write.entries
        }
        durableMax = max(durableMax, last)
    }

    /// The oldest `count` writes are durable; only the last of them is reported.
    mutating func persisted(_ count: Int) {
        guard let token = writes.prefix(count).last?.token else { return }
        for write in writes.prefix(count) { store(write) }
        writes.removeFirst(min(count, writes.count))
        group.persisted(token, now: now, neighbours: neighbours)
    }

    /// The applier has written everything up to `index`, as far as it was handed out.
    mutating func applied(_ index: LogIndex) {
        while let entry = handedOut.first, entry.index <= index {
            handedOut.removeFirst()
            disk.applied = LogPosition(index: entry.index, term: entry.term)
            if case .configuration(let configuration) = entry.content { disk.configuration = configuration }
        }
        group.applied(index, now: now)
        Check.that(group.appliedIndex == disk.applied.index, "the applied index is not what was applied")
        Check.that(group.appliedConfiguration == disk.configuration, "the applied configuration is another")
    }

    mutating func truncate(_ index: LogIndex) {
        group.truncate(through: index)
        let through = group.truncatedIndex
        Check.that(through <= disk.applied.index, "what is not applied is dropped")
        guard through > disk.truncated.index, let entry = log.first(where: { $0.index == through }) else { return }
        disk.truncated = LogPosition(index: through, term: entry.term)
        log.removeAll { $0.index <= through }
    }

    mutating func takeReady() {
        let ready = group.takeReady(now: now)
        for outgoing in ready.messages { check(outgoing) }
        sent += ready.messages
        sent.removeFirst(max(0, sent.count - 16))
        if let persist = ready.persist {
            for (entry, next) in zip(persist.entries, persist.entries.dropFirst()) {
                Check.that(entry.index.next == next.index && entry.term <= next.term, "a write has a hole")
            }
            writes.append(persist)
        }
        for entry in ready.committed {
            let before = handedOut.last?.index ?? disk.applied.index
            Check.that(entry.index == before.next, "an entry is handed out twice, or not at all")
            Check.that(entry.index <= durableMax, "an entry is handed out before it is durable")
            handedOut.append(entry)
        }
        loads += ready.loads
        loads.removeFirst(max(0, loads.count - 8))
    }

    /// What a message promises is on the disk (rule 8).
    private func check(_ outgoing: Ready<FuzzPayload>.Outgoing) {
        let state = disk.hardState
        switch outgoing.message {
        case .appendReply(let reply):
            if case .accepted(let match) = reply.outcome {
                Check.that(match <= durableMax, "an append is acknowledged before it is durable")
            }
            Check.that(reply.term <= state.term, "an acknowledgement of a term that is not durable")
        case .voteReply(let reply) where reply.isGranted && !reply.isPreVote:
            let holds = state.term > reply.term || state.term == reply.term && state.vote == outgoing.to.replica
            Check.that(holds, "a vote is given before it is durable")
        case .voteRequest(let request) where !request.isPreVote:
            let holds = state.term > request.term || state.term == request.term && state.vote == member.replica
            Check.that(holds, "a campaign begins before its term is durable")
        case .append(let append):
            Check.that(append.term <= state.term, "a leader's term is not durable")
            let first = append.entries.first?.index ?? append.previousIndex.next
            Check.that(first == append.previousIndex.next, "an append has a hole")
        default: break
        }
    }
}

extension Member {
    /// Member `number` of the fuzzed group; the first one is the replica itself.
    static func fuzz(_ number: Int) -> Member {
        Member(replica: ReplicaID(UInt64(number)), node: NodeID(UInt64(number)))
    }
}
