import Raft

/// A cluster in random trouble: loss, repetition, reordering, crashes that lose what was not durable, clocks that
/// run apart within the bound, partitions, transfers, changes of configuration, lease reads and read rounds.
/// Every step checks I1–I11 and that no read misses what was committed before it.
struct RandomCluster {
    var random: TestRandom
    var nodes: [TestNode] = []
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
    }

    init(seed: UInt64, voters: Int, spares: Int = 0) {
        random = TestRandom(seed)
        let configuration = Configuration(voters: members(Array(1...UInt64(voters))))
        var limits = Limits()
        if random.chance(50) { limits.appendBytesMax = 40 }
        if random.chance(50) { limits.cacheBytesMax = 100 }
        if random.chance(30) { limits.inflightMessagesMax = 2 }
        for number in 1...UInt64(voters + spares) {
            rates.append(Int64(random.below(8_000)) - 4_000)
            let disk = TestDisk(configuration: configuration)
            nodes.append(
                TestNode(
                    member: member(number), disk: disk, limits: limits, seed: seed &* 31 &+ number,
                    now: Instant(nanoseconds: 0)))
        }
        diskTerms = Array(repeating: .zero, count: nodes.count)
        commits = Array(repeating: .zero, count: nodes.count)
        left = Array(repeating: [], count: nodes.count)
        resigned = Array(repeating: [], count: nodes.count)
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
        for node in nodes.indices where !nodes[node].isUp { restart(node) }
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
            member: fresh.member, disk: fresh.disk, limits: fresh.limits, seed: fresh.seed, now: now(node))
    }

    var summary: String {
        nodes.map {
            "\($0.member.replica):\($0.group.role) t\($0.group.term) last \($0.group.lastIndex) "
                + "commit \($0.group.commitIndex) applied \($0.group.appliedIndex) "
                + "persisted \($0.group.persistedIndex) truncated \($0.group.truncatedIndex) "
                + "disk \($0.disk.truncated.index) "
                + "\($0.pending.count) pending \($0.group.progress.map { "\($0)" })"
        }.joined(separator: "; ")
    }

    /// One leader, and every member of its configuration has applied all of its log.
    private var hasConverged: Bool {
        let top = nodes.filter { $0.group.role == .leader }
        guard top.count == 1, let leader = top.first, leader.group.configuration.isJoint == false else { return false }
        return leader.group.configuration.members.allSatisfy { member in
            guard let node = nodes.first(where: { $0.member == member }) else { return false }
            return node.isUp && node.group.appliedIndex == leader.group.lastIndex
                && node.group.commitIndex == leader.group.commitIndex
        } && leader.group.commitIndex > .zero
    }

    func isLinked(_ a: Int, _ b: Int) -> Bool { !links.contains(a * 16 + b) }
}
