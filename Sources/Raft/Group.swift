/// One replica of one Raft group: what decides, without I/O, clock or threads.
///
/// The host feeds it events (`step`, `propose`, `persisted`, `applied`, `tick`, …) and, once per turn, takes the
/// effects with `takeReady(now:)`. All effects are unconditional: a message that rests on something not yet
/// durable stays inside until `persisted` reports it (rule 8). Nothing a peer sends can trap it: a message that
/// no correct peer would send is dropped.
///
/// Differences from the paper: pre-vote always; a follower's *promise* (150 ms) is separate from the election
/// timeout (1–2 s), and leases rest on promises (rules 1–3); the leader sends entries while its own disk still
/// writes them and counts itself only when they are durable; aliveness comes from the nodes, not from
/// heartbeats of the group, so a group with nothing to do has no deadline (rule 7).
///
/// Invariants, checked by `checkInvariants()`:
/// - truncated ≤ applied ≤ handed out ≤ min(commit, persisted at the time) and commit ≤ last index.
/// - The commit index, the applied index and the term never decrease.
/// - In the role of a leader: `leader` is this replica, `match` < `next` ≤ last index + 1 for every member, and
///   there is one progress for each other member of the configuration in force.
/// - Entries that are not durable or not handed out are in memory.
/// - Withheld messages belong to the current term.
package struct Group<Payload: EntryPayload>: Sendable {
    /// This replica.
    package let member: Member
    let limits: Limits
    var random: SeededRandom

    // The paper's persistent state, and how much of it the disk holds.
    /// The current term.
    package internal(set) var term: Term
    /// Who got this replica's vote in the current term.
    package internal(set) var vote: ReplicaID?
    var log: Log<Payload>
    var durability: Durability
    var configurations: ConfigurationHistory

    // Progress along the log.
    /// Known to be committed.
    package internal(set) var commitIndex: LogIndex
    /// The last entry that was taken for committed on somebody's word (`learnCommitted`).
    package internal(set) var learnedCommit = LogIndex.zero
    /// The last entry given to the applier.
    var handedOut: LogIndex
    /// The last entry the applier has reported as written.
    package internal(set) var appliedIndex: LogIndex
    /// A committed entry that is not handed out, nor anything behind it, before `takeBarrier`.
    package internal(set) var barrier: LogIndex?
    /// The snapshot that takes the place of the state right now; nothing is handed out meanwhile.
    var installing: LogPosition?
    /// Every member holds the log durably up to here, as far as this replica knows.
    var replicatedEverywhere: LogIndex

    // Role.
    /// What this replica is doing about leadership.
    package internal(set) var role = Role.follower
    /// The leader of the current term, if known. A pre-candidate still names the one it gave up on.
    package internal(set) var leader: Member?
    var leadership = Leadership()
    var tally = Tally()

    // What a follower owes and expects.
    /// This replica has acknowledged the leader of its term, so the nodes' control frames speak for both (rule 7).
    var isCovered = false
    var heardDirectlyAt: Instant = .distantPast
    /// The leader of this term is known to have stopped; late messages of it must not revive it.
    var endedTerm: Term = .zero
    /// A promise that outlives the term it was given in.
    var olderPromise: OlderPromise?
    /// Before this a new process binds itself to everybody (rule 4).
    var startupPromiseUntil: Instant
    /// The log is known to match the current leader's up to here.
    var verifiedIndex: LogIndex = .zero
    var isDiskFull = false

    // When to campaign.
    var electionPatience: Interval
    var campaignAt: Instant?
    var campaignNotBefore: Instant
    var lostRounds = 0

    // Effects not yet taken.
    var withheld: [Withheld<Payload>] = []
    var ready = Ready<Payload>()
    /// What `ready` begins with: a copy costs less than ten new lists of a generic type.
    let nothing = Ready<Payload>()

    struct OlderPromise: Sendable {
        var holder: Member
        var term: Term
        var until: Instant
    }

    /// `restored` must pass `Restored.validate()`. The `seed` is that of the campaign times, and differs between
    /// replicas. At `startedAt` this process began: it has forgotten what it promised before (rule 4), unless the
    /// replica is new at that moment and so never promised anything.
    package init(
        member: Member, restored: Restored<Payload>, limits: Limits, seed: UInt64, startedAt: Instant,
        isNew: Bool = false
    ) {
        self.member = member
        self.limits = limits
        random = SeededRandom(seed: seed)
        // A snapshot's base may be of a later term than the replica has seen; a vote of an older term is void then.
        let isBehindBase = restored.hardState.term < restored.truncated.term
        term = isBehindBase ? restored.truncated.term : restored.hardState.term
        vote = isBehindBase || isPlanted(.forgottenVote) ? nil : restored.hardState.vote
        log = Log(
            truncated: restored.truncated, lastIndex: restored.lastIndex, runs: restored.termRuns,
            entries: restored.entries)
        durability = Durability(persistedIndex: restored.lastIndex)
        if isBehindBase { durability.noteHardStateChange() }
        let forgets = isPlanted(.jointForgottenAtStart)
        configurations = ConfigurationHistory(
            applied: forgets ? restored.configuration.leave : restored.configuration)
        for entry in restored.entries {
            guard case .configuration(let configuration) = entry.content else { continue }
            configurations.append(configuration, at: entry.index)
        }
        commitIndex = max(restored.hardState.commit, restored.applied.index)
        handedOut = restored.applied.index
        appliedIndex = restored.applied.index
        replicatedEverywhere = restored.truncated.index
        electionPatience = random.interval(from: limits.electionTimeoutMin, to: limits.electionTimeoutMax)
        startupPromiseUntil = startedAt
        campaignNotBefore = startedAt
        scheduleFirstCampaign(startedAt: startedAt, isNew: isNew)
    }

    /// Rule 4: the only voter of a group owes nothing to anybody, now and under every configuration in its log.
    private mutating func scheduleFirstCampaign(startedAt: Instant, isNew: Bool) {
        let isAlone = !configurations.hasUnapplied && configuration.allVoters == [member]
        if !isAlone, !isNew, !isPlanted(.forgottenPromise) { startupPromiseUntil = startedAt + limits.promise }
        campaignNotBefore = startupPromiseUntil
        if !isAlone { takeTurn(after: nil, from: startupPromiseUntil) }
        campaignAt = mayCampaign ? campaignNotBefore : nil
    }
}
