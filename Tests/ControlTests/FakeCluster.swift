import Control
import Keyspace
import NIOCore
import Placement
import Raft
import Wire

/// Nodes, shards and rows that do at once what a controller asks, as real ones do after a while.
struct FakeCluster {
    struct Shard {
        var descriptor: Descriptor
        var leader: NodeID
        var term = Term(1)
        var bytes: UInt64 = 0
        var middleKey: Key?
        var laneShare: UInt32 = 0
        var halvingKey: Key?
    }

    var now = Instant(nanoseconds: 1_000_000_000)
    var shards: [ShardID: Shard] = [:]
    var nodes: [NodeID] = []
    var down: Set<NodeID> = []
    /// The system shard's rows of placement.
    var rows: [Key: (value: ByteBuffer, version: Timestamp)] = [:]
    var version = Timestamp(100)
    /// Rows written so far, and the steps that leaders have done.
    var writes = 0
    var changes = 0
    var answers: [UInt64: Result<PlacementAnswer, RequestError>] = [:]
    /// Writes to let pass before one whose outcome nobody learns; nil for none.
    var losesWriteAfter: Int?
    /// Learners that have not caught up.
    var isCopying = false
    /// Requests for splits that nobody answers; the first is done all the same.
    var losesSplitAnswers = false
    var refusesSplits = false
    /// What the leader calls every split from now on.
    var senselessSplits: String?
    /// Leaders do not change members.
    var refusesChanges = false
    var refusesMerges = false
    /// Whom the next leader that is asked for a transfer takes for the leader, wrongly.
    var misleads: NodeID?
    /// What the controller wanted to be looked after.
    var troubles: [String] = []
    /// What it has told the log.
    var notes: [String] = []

    static let system = ShardID(1)

    /// `count` shards of users and the system shard, each with voters on the first nodes.
    init(nodes count: UInt64, shards: UInt64, voters: UInt64 = 3) {
        nodes = (1...count).map { NodeID($0) }
        let members = (1...min(voters, count)).map { Member(replica: ReplicaID($0), node: NodeID($0)) }
        for number in 1...(shards + 1) {
            let start: Key = number == 1 ? KeyRange.system.start : Self.border(number - 2)
            let end: Key = number == 1 ? KeyRange.system.end : number == shards + 1 ? .end : Self.border(number - 1)
            let descriptor = Descriptor(
                shard: ShardID(number), range: KeyRange(start: start, end: end), epoch: Epoch(version: 1, config: 1),
                configuration: Configuration(voters: members), nextReplica: ReplicaID(UInt64(members.count) + 1))
            self.shards[ShardID(number)] = Shard(
                descriptor: descriptor, leader: members[Int(number - 1) % members.count].node)
        }
    }

    private static func border(_ number: UInt64) -> Key { number == 0 ? .userStart : .user([UInt8(clamping: number)]) }

    /// A new leader of placement.
    func controller(term: UInt64 = 1, repairAfter: Interval = .seconds(300)) -> Controller {
        var rules = PlacementRules()
        rules.repairAfter = repairAfter
        rules.limits.downAfter = .seconds(3)
        return Controller(node: NodeID(1), term: Term(term), rules: rules, now: now)
    }

    /// Time passes in looks of 100 ms.
    mutating func run(_ controller: inout Controller, seconds: Double) {
        for _ in 0..<Int(seconds * 10) { look(&controller) }
    }

    /// Until `isDone`, or a minute is over.
    mutating func run(_ controller: inout Controller, until isDone: (FakeCluster) -> Bool) -> Bool {
        for _ in 0..<600 {
            if isDone(self) { return true }
            look(&controller)
        }
        return false
    }

    mutating func look(_ controller: inout Controller) {
        now = now + .milliseconds(100)
        // Answers come at once, and what follows from them before the next look.
        for _ in 0..<8 {
            if controller.needsRows { controller.begin(read(), now: now) }
            let effects = controller.look(now: now)
            if effects.isEmpty { return }
            for effect in effects { perform(effect, &controller) }
        }
    }

    /// Asks, and returns the answer; nil while there is none.
    mutating func ask(
        _ request: PlacementRequest, _ controller: inout Controller
    ) -> Result<PlacementAnswer, RequestError>? {
        let number = UInt64(answers.count + 1)
        controller.ask(request, number: number)
        for _ in 0..<30 where answers[number] == nil { look(&controller) }
        return answers[number]
    }

    func nodes(of shard: ShardID) -> [NodeID] {
        (shards[shard]?.descriptor.configuration.members.map(\.node) ?? []).sorted()
    }

    func replicas(on node: NodeID) -> Int {
        shards.values.count { shard in shard.descriptor.configuration.members.contains { $0.node == node } }
    }

    /// Whether every shard has so many voters.
    func allHave(voters count: Int) -> Bool {
        shards.values.allSatisfy { $0.descriptor.configuration.voters.count == count }
    }

    func leaders(on node: NodeID) -> Int { shards.values.count { $0.leader == node } }

    /// A process ends; its shards elect others.
    mutating func stop(_ node: NodeID) {
        down.insert(node)
        for (id, known) in shards where known.leader == node {
            guard let live = known.descriptor.configuration.voters.first(where: { !down.contains($0.node) }) else {
                continue
            }
            shards[id] = Shard(descriptor: known.descriptor, leader: live.node, term: known.term.next)
        }
    }
}

extension FakeCluster {
    private mutating func perform(_ effect: ControlEffect, _ controller: inout Controller) {
        switch effect {
        case .send(.call(let term, _), let node):
            guard !down.contains(node), nodes.contains(node) else { return }
            controller.hear(report(of: node, term), from: node, now: now)
        case .send(.request(let number, let request), let node):
            // Who is down says nothing.
            if down.contains(node) { return }
            controller.answered(number, change(request, at: node), now: now)
        case .send(.merge(.ask(let number, let request)), let node):
            if down.contains(node) { return }
            controller.answered(number, merge(request, at: node), now: now)
        case .send(.transfer(let number, let shard, let epoch, let to), let node):
            if down.contains(node) { return }
            controller.answered(number, transfer(shard, epoch, to, at: node), now: now)
        case .send(.split(let number, let request), let node):
            let answer = split(request, at: node)
            if !losesSplitAnswers { controller.answered(number, answer, now: now) }
        case .send: break
        case .write(let rows): write(rows, &controller)
        case .answer(let number, let result): answers[number] = result
        case .note(let text, _): notes.append(text)
        case .trouble(let text): troubles.append(text)
        case .readNodes: controller.relearn(nodes.map { ($0, [:]) })
        }
    }

    private mutating func write(_ batch: [RowWrite], _ controller: inout Controller) {
        var versions: [Timestamp?] = []
        for row in batch {
            guard rows[row.key]?.version == row.expects else {
                versions.append(nil)
                continue
            }
            version = max(version.advanced(by: 1), Timestamp(milliseconds: milliseconds))
            writes += 1
            if let value = row.value { rows[row.key] = (value, version) } else { rows[row.key] = nil }
            versions.append(version)
        }
        if let left = losesWriteAfter {
            losesWriteAfter = left == 0 ? nil : left - 1
            if left == 0 { return controller.wrote(nil, now: now) }
        }
        controller.wrote(versions, now: now)
    }

    func read() -> ControlRows {
        var found = ControlRows()
        found.nodes = nodes.map { ($0, [:]) }
        found.shards = shards.values.map(\.descriptor).sorted { $0.shard < $1.shard }
        for (key, row) in rows.sorted(by: { $0.key < $1.key }) { found.take(key, row.value, row.version) }
        found.readMilliseconds = milliseconds
        return found
    }

    /// The cluster's clock.
    private var milliseconds: UInt64 { UInt64(clamping: now.nanoseconds / 1_000_000) }

    func report(of node: NodeID, _ term: Term) -> PlacementReport {
        let led = shards.values.filter { $0.leader == node }.sorted { $0.descriptor.shard < $1.descriptor.shard }
        return PlacementReport(
            term: term, node: .init(capacityBytes: 1 << 40, freeBytes: 1 << 40),
            shards: led.compactMap { shard in
                guard let own = shard.descriptor.configuration.members.first(where: { $0.node == node }) else {
                    return nil
                }
                return PlacementReport.LedShard(
                    descriptor: shard.descriptor, leader: own.replica, term: shard.term, bytes: shard.bytes,
                    laneShare: shard.laneShare, middleKey: shard.middleKey, halvingKey: shard.halvingKey,
                    others: shard.descriptor.configuration.members.filter { $0 != own }.map {
                        .init(replica: $0.replica, isNear: !down.contains($0.node), isSilent: down.contains($0.node))
                    })
            })
    }

    private mutating func change(
        _ request: ReplicaRequest, at node: NodeID
    ) -> Result<Descriptor, RequestError> {
        guard var shard = shards[request.shard], !down.contains(node) else { return .failure(.notLeader(hint: nil)) }
        if refusesChanges { return .failure(.unavailable("not now")) }
        guard shard.leader == node else {
            return .failure(.notLeader(hint: NodeAddress(node: shard.leader, address: "", incarnation: 0)))
        }
        guard shard.descriptor.epoch == request.epoch else { return .failure(.epochMismatch([shard.descriptor])) }
        var configuration = shard.descriptor.configuration
        let before = configuration.voters
        for added in request.change.addLearners {
            configuration.learners.append(Member(replica: shard.descriptor.nextReplica, node: added))
            shard.descriptor.nextReplica = shard.descriptor.nextReplica.next
        }
        if isCopying, !request.change.promote.isEmpty { return .failure(.unavailable("has not caught up")) }
        for promoted in request.change.promote {
            guard let member = configuration.learners.first(where: { $0.replica == promoted }) else {
                return .failure(.invalidRequest("no learner"))
            }
            guard !down.contains(member.node) else { return .failure(.unavailable("has not caught up")) }
            configuration.learners.removeAll { $0 == member }
            configuration.voters.append(member)
        }
        configuration.voters.removeAll { request.change.remove.contains($0.replica) }
        configuration.learners.removeAll { request.change.remove.contains($0.replica) }
        // More than one voter changes by way of a joint configuration, which is left at once.
        let difference = Set(before).symmetricDifference(configuration.voters).count
        shard.descriptor.configuration = configuration
        shard.descriptor.epoch.config += difference > 1 ? 2 : 1
        shards[request.shard] = shard
        changes += 1
        return .success(shard.descriptor)
    }

    private mutating func split(_ request: SplitRequest, at node: NodeID) -> Result<Descriptor, RequestError> {
        guard var shard = shards[request.shard], shard.leader == node, !down.contains(node) else {
            return .failure(.notLeader(hint: nil))
        }
        guard shard.descriptor.epoch == request.epoch else { return .failure(.epochMismatch([shard.descriptor])) }
        if let senselessSplits { return .failure(.invalidRequest(senselessSplits)) }
        let child = ShardID((shards.keys.max()?.rawValue ?? 0) + 1)
        guard !refusesSplits, let parts = shard.descriptor.split(at: request.key, child: child, first: node) else {
            return .failure(.unavailable("no id"))
        }
        shard = Shard(descriptor: parts.parent, leader: node, term: shard.term, bytes: shard.bytes / 2)
        shards[request.shard] = shard
        shards[child] = Shard(descriptor: parts.child, leader: node, bytes: shard.bytes)
        changes += 1
        return .success(parts.parent)
    }

    private mutating func merge(_ request: MergeRequest, at node: NodeID) -> Result<Descriptor, RequestError> {
        guard var left = shards[request.shard], let right = shards[request.right], left.leader == node else {
            return .failure(.notLeader(hint: nil))
        }
        if refusesMerges { return .failure(.unavailable("not now")) }
        guard left.descriptor.epoch == request.epoch, right.descriptor.epoch == request.rightEpoch,
            left.descriptor.isAligned(with: right.descriptor),
            let whole = left.descriptor.absorbing(right.descriptor)
        else { return .failure(.epochMismatch([left.descriptor, right.descriptor])) }
        left.descriptor = whole
        shards[request.shard] = left
        shards[request.right] = nil
        changes += 1
        return .success(whole)
    }

    private mutating func transfer(
        _ id: ShardID, _ epoch: Epoch, _ to: ReplicaID, at node: NodeID
    ) -> Result<Descriptor, RequestError> {
        guard let shard = shards[id], shard.leader == node, !down.contains(node) else {
            return .failure(.notLeader(hint: nil))
        }
        if let other = misleads {
            misleads = nil
            return .failure(.notLeader(hint: NodeAddress(node: other, address: "", incarnation: 0)))
        }
        guard shard.descriptor.epoch == epoch else { return .failure(.epochMismatch([shard.descriptor])) }
        guard let member = shard.descriptor.configuration.member(to), !down.contains(member.node) else {
            return .failure(.invalidRequest("no voter"))
        }
        shards[id]?.leader = member.node
        shards[id]?.term = shard.term.next
        changes += 1
        return .success(shard.descriptor)
    }
}
