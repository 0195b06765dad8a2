import Foundation
import Raft

/// Runs the commands of a golden script against a small cluster whose network, disks and clock the script moves.
///
/// ```
/// nodes 1 2 3            voters; `learner 4` adds one that every configuration of the start contains
/// one-entry-appends      before `nodes`: an append carries one entry
/// advance 150ms          moves the clock, ticking every node at its deadlines
/// beat 500ms             the same, with control frames between all connected nodes every 50 ms
/// frames                 one exchange of control frames
/// campaign 1             moves the clock to node 1's deadline and ticks node 1 alone
/// elect 1                campaign, then settle, without output
/// propose 1 a b          proposes payloads one after the other, in one turn
/// configure 1 voters 1 2 outgoing 1 2 3 learners 4
/// deliver [1->2]         hands over what is in flight now (on that link)
/// drop [1->2]            loses it
/// persist 1              node 1's disk finishes everything it was asked; `persist 1 first` the oldest only
/// settle [quietly]       deliver, persist and apply until nothing is left; the clock stands
/// hold 3                 settle does not wait for node 3's disk
/// partition 1 | 2 3      and `heal`
/// close 1                every other node sees node 1's connections closed
/// stop 1, restart 1      a crash: what was not durable is lost
/// read 1                 a linearizable read
/// transfer 1 2           leadership from 1 to 2
/// notices                carries "left" and "resigned" between the nodes
/// resend 1->2            the network repeats the last delivered message of that link
/// record 1->2            remembers that message; `replay 1->2` delivers it much later
/// diskfull 1 on
/// truncate 1             as far as allowed
/// shrink 1               drops the cache
/// disk 2 term 7 log 1 1 4    node 2 restarts with a log of entries of these terms
/// keep 2                 before `nodes`: as many applied entries are kept for slow followers
/// caught-up 1 4          whether leader 1 may promote 4
/// snapshot 1             node 1 makes a snapshot of what it has applied; the following commands are about this one
/// begin 3, cancel 3      node 3 is asked whether it wants it; does not get it
/// install 3              its data is installed at node 3
/// started 1 3, sent 1 3, failed 1 3, wanted 1 3    what node 1's host reports about it and follower 3
/// status, log 1
/// ```
struct Story {
    var limits = Limits()
    var nodes: [UInt64: TestNode] = [:]
    var now = Instant(nanoseconds: 0)
    var network: [(from: UInt64, to: UInt64, message: TestMessage)] = []
    var lastDelivered: [String: TestMessage] = [:]
    var cut: Set<String> = []
    var notices: [(from: UInt64, to: UInt64, notice: Notice)] = []
    var loads: [(node: UInt64, load: Ready<TestPayload>.Load)] = []
    var reads: UInt64 = 0
    var transfers: UInt64 = 0
    var recorded: TestMessage?
    var snapshot: SnapshotMetadata?
    var output: [String] = []
    var isQuiet = false
    /// Disks that finish nothing unless told to.
    var held: Set<UInt64> = []
    /// Links on which the host has already reported silence.
    var silent: Set<String> = []

    enum Notice { case left(Term), resigned(Term) }

    struct Failure: Error { var text: String }

    var order: [UInt64] { nodes.keys.sorted() }

    /// Runs one command and returns what it printed.
    mutating func run(_ line: String) throws -> [String] {
        output = []
        let words = line.split(separator: " ").map(String.init)
        guard let command = words.first else { return [] }
        try perform(command, Array(words.dropFirst()))
        return output.isEmpty ? ["ok"] : output
    }

    private mutating func perform(_ command: String, _ words: [String]) throws {
        switch command {
        case "nodes": try create(words)
        case "hold": held.insert(try number(words))
        case "one-entry-appends": limits.appendBytesMax = 1
        case "advance": advance(to: now + (try interval(words)), beating: false)
        case "beat": advance(to: now + (try interval(words)), beating: true)
        case "frames": exchangeFrames()
        case "campaign": try campaign(try number(words))
        case "elect":
            isQuiet = true
            try campaign(try number(words))
            settle()
            isQuiet = false
        case "propose":
            for text in words.dropFirst() { try propose(try number(words), text) }
            take(try number(words))
        case "configure": try configure(words)
        case "deliver": deliver(only: words.first)
        case "drop": drop(only: words.first)
        case "resend": try resend(words)
        case "record": recorded = lastDelivered[words.first ?? ""]
        case "replay": try replay(words)
        case "persist": try persist(try number(words), onlyFirst: words.count > 1)
        case "settle":
            isQuiet = words.first == "quietly"
            settle()
            isQuiet = false
        case "partition": partition(words)
        case "heal": cut = []
        case "close": close(try number(words))
        case "stop": nodes[try number(words)]?.isUp = false
        case "restart": try restart(try number(words))
        case "read": read(try number(words))
        case "transfer": try transfer(words)
        case "notices": carryNotices()
        case "diskfull": nodes[try number(words)]?.group.markDiskFull(words.last == "on")
        case "truncate": truncate(try number(words))
        case "shrink": nodes[try number(words)]?.group.shrinkCache(to: 0)
        case "status": status()
        case "log": log(try number(words))
        default: try performMore(command, words)
        }
    }

    private mutating func performMore(_ command: String, _ words: [String]) throws {
        switch command {
        case "snapshot", "begin", "install", "cancel", "started", "sent", "failed", "wanted":
            try performSnapshot(command, words)
        case "disk": try giveLog(words)
        case "keep": limits.slowFollowerEntriesMax = try number(words)
        case "caught-up": isCaughtUp(try number(words), try number(words, at: 1))
        default: throw Failure(text: "unknown command \(command)")
        }
    }

    func number(_ words: [String], at position: Int = 0) throws -> UInt64 {
        guard position < words.count, let number = UInt64(words[position]) else {
            throw Failure(text: "a node is missing")
        }
        return number
    }

    private func interval(_ words: [String]) throws -> Interval {
        guard let text = words.first, text.hasSuffix("ms"), let count = Int64(text.dropLast(2)) else {
            throw Failure(text: "a time is missing")
        }
        return .milliseconds(count)
    }

    mutating func say(_ text: String) {
        if !isQuiet { output.append(text) }
    }

    // MARK: the cluster

    private mutating func create(_ words: [String]) throws {
        let split = words.firstIndex(of: "learner") ?? words.endIndex
        let voters = words[..<split].compactMap { UInt64($0) }
        let learners = words[split...].compactMap { UInt64($0) }
        let configuration = Configuration(voters: members(voters), learners: members(learners))
        for number in voters + learners {
            let disk = TestDisk(configuration: configuration)
            nodes[number] = TestNode(
                member: member(number), disk: disk, limits: limits, seed: number, now: now)
        }
    }

    /// What a paper's figure gives a node to begin with.
    private mutating func giveLog(_ words: [String]) throws {
        let node = try number(words)
        let terms = words.dropFirst(4).compactMap { UInt64($0) }
        let term = Term(try number(words, at: 2))
        nodes[node]?.disk.hardState.term = term
        nodes[node]?.disk.entries = terms.enumerated().map { position, term in
            TestEntry(
                index: LogIndex(UInt64(position + 1)), term: Term(term),
                content: .payload(TestPayload(text: "\(term)")))
        }
        try nodes[node]?.restart(now: now)
    }

    private mutating func restart(_ number: UInt64) throws {
        network.removeAll { $0.to == number }
        try nodes[number]?.restart(now: now)
        for other in order where other != number && isConnected(number, other) {
            nodes[other]?.peerRestarted(NodeID(number), now: now)
            take(other)
        }
    }

    private mutating func partition(_ words: [String]) {
        let sides = words.split(separator: "|").map { $0.compactMap { UInt64($0) } }
        cut = []
        for (position, side) in sides.enumerated() {
            for (otherPosition, other) in sides.enumerated() where position != otherPosition {
                for a in side { for b in other { cut.insert("\(a)->\(b)") } }
            }
        }
    }

    func isConnected(_ a: UInt64, _ b: UInt64) -> Bool {
        (nodes[a]?.isUp ?? false) && (nodes[b]?.isUp ?? false) && !cut.contains("\(a)->\(b)")
    }

    private mutating func close(_ number: UInt64) {
        for other in order where other != number && nodes[other]?.isUp == true {
            nodes[other]?.neighbours.byNode[NodeID(number), default: PeerLiveness()].closedAt = now
            nodes[other]?.tick(now: now)
            take(other)
        }
    }

    // MARK: time

    private mutating func advance(to end: Instant, beating: Bool) {
        var nextFrames = beating ? now : end + .seconds(1)
        while true {
            if nextFrames <= now, beating {
                exchangeFrames()
                nextFrames = now + .milliseconds(50)
                settle()
                reportSilence()
            }
            for number in order where nodes[number]?.isUp == true {
                guard let due = nodes[number]?.group.deadline, due <= now else { continue }
                nodes[number]?.tick(now: now)
                take(number)
            }
            guard now < end else { return }
            let deadlines = order.compactMap { nodes[$0]?.isUp == true ? nodes[$0]?.group.deadline : nil }
            let next = deadlines.filter { $0 > now }.min() ?? end
            now = min(end, min(next, beating ? nextFrames : end))
        }
    }

    private mutating func campaign(_ number: UInt64) throws {
        guard let due = nodes[number]?.group.deadline else { throw Failure(text: "node \(number) has no deadline") }
        now = max(now, due)
        nodes[number]?.tick(now: now)
        take(number)
    }

    /// The host ticks a group when the node of a member falls silent or is heard again (rule 7).
    private mutating func reportSilence() {
        for a in order where nodes[a]?.isUp == true {
            for b in order where b != a {
                let heardAt = nodes[a]?.neighbours[NodeID(b)].heardAt ?? .distantPast
                let isSilent = now >= heardAt + limits.silence
                guard isSilent != silent.contains("\(a)->\(b)") else { continue }
                if isSilent { silent.insert("\(a)->\(b)") } else { silent.remove("\(a)->\(b)") }
                nodes[a]?.tick(now: now)
                take(a)
            }
        }
    }

    private mutating func exchangeFrames() {
        for a in order {
            for b in order where a != b && isConnected(a, b) && isConnected(b, a) {
                nodes[a]?.neighbours.byNode[NodeID(b), default: PeerLiveness()].heardAt = now
                nodes[a]?.neighbours.byNode[NodeID(b), default: PeerLiveness()].answeredSentAt = now
            }
        }
    }
}
