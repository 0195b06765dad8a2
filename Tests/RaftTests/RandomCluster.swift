import Raft

/// A cluster in random trouble: loss, repetition, reordering, crashes that lose what was not durable, clocks that
/// run apart within the bound, partitions, transfers, changes of members, snapshots, lease reads and read rounds.
/// Every step checks I1–I15 and that no read misses what was committed before it.
struct RandomCluster {
    var random: TestRandom
    /// Replica n is at n − 1 and lives on node n; new members come behind. What removed ones wrote is kept for checks.
    var nodes: [TestNode] = []
    var presence: [Presence] = []
    /// A replica's descriptor cannot be older than the entry that made it a member.
    var bornAt: [LogIndex] = []
    var installs: [Install] = []
    var transfers: [Transfer] = []
    var transferCount: UInt64 = 0
    let limits: Limits
    let seed: UInt64
    let initial: Configuration
    let isChanging: Bool
    var packets: [Packet] = []
    /// True time; each node's own clock runs a little faster or slower.
    var time: Int64 = 0
    var rates: [Int64] = []
    var links: Set<Int> = []
    var failure: String?

    // What must hold.
    var leaders: [Term: ReplicaID] = [:]
    var committed: [String] = [""]
    /// A term by which each of them was committed.
    var committedBy: [Term] = [.zero]
    /// The configuration in force at each committed index, by the entries alone.
    var configurationAt: [Configuration] = []
    var ledCommits: [LogIndex] = []
    var votes: [String: ReplicaID] = [:]
    var diskTerms: [Term] = []
    var commits: [LogIndex] = []
    var openReads: [UInt64: (node: Int, floor: LogIndex)] = [:]
    var readCount: UInt64 = 0
    var statistics = Statistics()

    // What the nodes tell each other (rule 7); `known`: the process each has last heard of the other.
    var known: [Int: UInt64] = [:]
    var left: [[Notice]] = []
    var resigned: [[Notice]] = []

    struct Statistics {
        var elections = 0
        var commits = 0
        var leaseReads = 0
        var roundReads = 0
        var restarts = 0
        var configurations = 0
        var joints = 0
        var leaves = 0
        var snapshots = 0
        var interrupted = 0
        var refusedSnapshots = 0
        var destroyed = 0
        var refusedPromotions = 0
    }

    enum Presence {
        /// Its disk holds the replica, whether the process runs or not.
        case here
        /// A member by configuration; a snapshot will make it.
        case absent
        /// Removed for good: the id never comes back (rule 29).
        case destroyed
    }

    /// A snapshot whose data a node is writing.
    struct Install {
        var node: Int
        var packet: Packet
        var snapshot: SnapshotMetadata
    }

    /// What the sending host remembers of a snapshot until it has reported how it ended.
    struct Transfer {
        var id: UInt64
        var from: Int
        var to: Int
        var index: LogIndex
        var endsAt: Int64
    }

    struct Notice: Hashable {
        var to: Int
        var term: Term
    }

    struct Packet {
        var from: Int
        var to: Int
        var at: Int64
        /// Processes at both ends when it was sent: a connection does not outlive them.
        var incarnations: (from: UInt64, to: UInt64)
        var content: Content
    }

    enum Content {
        case message(TestMessage)
        case frame(sentAt: Instant, resigned: [Notice])
        case answer(sentAt: Instant, left: [Notice])
        case snapshot(id: UInt64, SnapshotMetadata)
        case snapshotEnded(id: UInt64, isInstalled: Bool)
        /// "There is no such replica here."
        case wanted
        /// The sender's descriptor, for a stranger (rule 29).
        case descriptor(at: LogIndex, Configuration)
    }

    init(seed: UInt64, voters: Int, isChanging: Bool) {
        random = TestRandom(seed)
        self.isChanging = isChanging
        self.seed = seed
        initial = Configuration(voters: members(Array(1...UInt64(voters))))
        configurationAt = [initial]
        var limits = Limits()
        if random.chance(50) { limits.appendBytesMax = 40 }
        if random.chance(50) { limits.cacheBytesMax = 100 }
        if random.chance(30) { limits.inflightMessagesMax = 2 }
        if random.chance(60) { limits.slowFollowerEntriesMax = UInt64(random.below(12)) }
        self.limits = limits
        for _ in 0..<voters { addNode(presence: .here, bornAt: .zero) }
    }

    mutating func addNode(presence newPresence: Presence, bornAt born: LogIndex) {
        let number = UInt64(nodes.count + 1)
        rates.append(Int64(random.below(8_000)) - 4_000)
        presence.append(newPresence)
        bornAt.append(born)
        diskTerms.append(.zero)
        commits.append(.zero)
        ledCommits.append(.zero)
        left.append([])
        resigned.append([])
        nodes.append(
            TestNode(
                member: member(number), disk: TestDisk(configuration: initial), limits: limits,
                seed: seed &* 31 &+ number, now: now(nodes.count)))
        nodes[nodes.count - 1].isUp = newPresence == .here
    }

    /// The own clock of a node: up to 0.4 % off, so two part by less than the bound of 1 %.
    func now(_ node: Int) -> Instant {
        Instant(nanoseconds: time + time / 1_000_000 * rates[node] + Int64(node) * 1_000_000_000)
    }

    mutating func fail(_ text: String) {
        if failure == nil { failure = "\(text) at \(time / 1_000_000) ms" }
    }

    /// Runs trouble for some time, then calm weather in which a leader must come and commit.
    mutating func run(steps: Int) {
        for node in nodes.indices { restartGroup(node) }
        for _ in 0..<steps where failure == nil { step(isCalm: false) }
        links = []
        for node in nodes.indices where !nodes[node].isUp && presence[node] == .here { restart(node) }
        var calm = 0
        while failure == nil, calm < 4_000, !hasConverged {
            step(isCalm: true)
            calm += 1
        }
        if failure == nil, !hasConverged { fail("no convergence: \(summary)") }
        if failure == nil { checkLogs() }
    }

    private mutating func restartGroup(_ node: Int) {
        let fresh = nodes[node]
        nodes[node] = TestNode(
            member: fresh.member, disk: fresh.disk, limits: limits, seed: fresh.seed, now: now(node))
    }

    var summary: String {
        nodes.filter(\.isUp).map {
            "\($0.member.replica):\($0.group.role) t\($0.group.term) last \($0.group.lastIndex) "
                + "commit \($0.group.commitIndex) applied \($0.group.appliedIndex) "
                + "persisted \($0.group.persistedIndex) truncated \($0.group.truncatedIndex) "
                + "disk \($0.disk.truncated.index) "
                + "in force {\($0.group.configuration.summary)} applied {\($0.disk.configuration.summary)} "
                + "\($0.pending.count) pending \($0.group.progress.map { "\($0)" })"
        }.joined(separator: "; ")
    }

    /// One leader, and every member of its configuration has applied all of its log.
    private var hasConverged: Bool {
        let top = nodes.filter { $0.isUp && $0.group.role == .leader }
        guard top.count == 1, let leader = top.first, leader.group.configuration.isJoint == false else { return false }
        return leader.group.configuration.members.allSatisfy { member in
            guard let node = nodes.first(where: { $0.member == member }) else { return false }
            return node.isUp && node.group.appliedIndex == leader.group.lastIndex
                && node.group.commitIndex == leader.group.commitIndex
        } && leader.group.commitIndex > .zero
    }

    func isLinked(_ a: Int, _ b: Int) -> Bool { !links.contains(a * 64 + b) }
}
