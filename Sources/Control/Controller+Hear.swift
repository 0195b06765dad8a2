package import Keyspace
internal import Placement
package import Raft
package import Wire

/// What a placement leader hears: rows, reports, and answers of shards' leaders.
extension Controller {
    /// Takes the rows in, at the beginning and after a write of unknown outcome. What reports have told stays.
    package mutating func begin(_ found: ControlRows, now: Instant) {
        needsRows = false
        readAt = now
        for descriptor in found.shards { view.learn(descriptor) }
        duties = [:]
        for row in found.duties { duties[row.node] = (row.duty, row.version) }
        learn(found.nodes + view.nodes.map { ($0.id, $0.labels) })
        replicationVersion = found.replication?.version
        if let row = found.replication {
            scheduler.rules.replication = ReplicationFactor(rawValue: Int(row.factor)) ?? scheduler.rules.replication
        } else {
            scheduler.rules.replication = Self.firstFactor(of: found.shards)
            // Perhaps it is there, and does not read.
            let isKnown = !found.unreadable.contains { $0.shard == nil }
            if isKnown { waiting.append(PendingRow(kind: .replication(scheduler.rules.replication))) }
        }
        note(found.unreadable)
        for shard in view.operators.map(\.planned.shard) { view.end(shard) }
        rows = [:]
        for row in found.operators.sorted(by: { $0.record.shard < $1.record.shard }) {
            rows[row.record.shard] = OperatorRow(record: row.record, version: row.version)
            guard row.record.end == nil, let planned = Operator(row.record) else { continue }
            if !view.begin(planned, at: Self.beginning(row.version, found, now: now)) {
                endOverlapping(row.record.shard)
            }
        }
        drives = drives.filter { rows[$0.key]?.record.end == nil }
    }

    /// An operator's patience does not begin anew with each leader of placement: the version of its row tells when it
    /// began.
    private static func beginning(_ version: Timestamp, _ found: ControlRows, now: Instant) -> Instant {
        guard found.readMilliseconds > version.milliseconds else { return now }
        // No interval is longer than half of what fits.
        let age = min(found.readMilliseconds - version.milliseconds, 1 << 42)
        return now + .milliseconds(-Int64(clamping: age))
    }

    /// What does not read is said once by each leader of placement, and its shard is left alone.
    private mutating func note(_ rows: [UnreadableRow]) {
        for row in rows where !unreadable.contains(row) { effects.append(.trouble("\(row)")) }
        unreadable = rows
        view.leaveAlone(Set(rows.compactMap(\.shard)))
    }

    /// As long as nobody has said how many replicas there are to be: as many as the cluster was formed with, so that it
    /// goes on surviving the loss of a minority of those nodes; three at least, as soon as there are so many nodes.
    private static func firstFactor(of shards: [Descriptor]) -> ReplicationFactor {
        let voters = shards.filter { $0.range.start >= .userStart }.map(\.configuration.voters.count).max() ?? 0
        return ReplicationFactor.allCases.last { $0.rawValue <= max(voters, 3) } ?? .three
    }

    /// The nodes that there are, as their rows say. Their own word follows in reports.
    package mutating func learn(_ nodes: [(node: NodeID, labels: [String: String])]) {
        for row in nodes { update(row.node, labels: row.labels) }
    }

    /// The nodes, as their rows were read for `readNodes`.
    package mutating func relearn(_ nodes: [(node: NodeID, labels: [String: String])]) {
        learn(nodes)
        recheck?.isRead = true
    }

    private mutating func update(_ id: NodeID, labels: [String: String]) {
        let duty = duties[id].map { NodeDuty($0.duty) } ?? .serving
        var known = view.node(id) ?? NodeView(id: id, capacity: .zero, free: .zero)
        // It has left, unless it has still something to give away.
        if duty == .decommissioning, view.node(id) == nil, !holdsReplica(id) { return }
        known.labels = labels
        known.duty = duty
        view.update(known)
    }

    func holdsReplica(_ node: NodeID) -> Bool {
        view.shards.contains { shard in shard.replicas.contains { $0.member.node == node } }
    }

    /// A node's report, if it answers a call of this leadership.
    package mutating func hear(_ report: PlacementReport, from node: NodeID, now: Instant) {
        guard report.term == term else { return }
        calls.heard.insert(node)
        let duty = duties[node].map { NodeDuty($0.duty) } ?? .serving
        var known = view.node(node) ?? NodeView(id: node, capacity: .zero, free: .zero, duty: duty)
        known.capacity = ByteCount(report.node.capacityBytes)
        known.free = ByteCount(report.node.freeBytes)
        known.isSuspect = report.node.isSuspect
        known.hasSlowDisk = report.node.isUnfitToLead
        known.receivingSnapshots = Int(report.node.receivingSnapshots)
        known.sendingSnapshots = Int(report.node.sendingSnapshots)
        known.heardAt = now
        view.update(known)
        for shard in report.shards { hear(shard, now: now) }
    }

    private mutating func hear(_ shard: PlacementReport.LedShard, now: Instant) {
        let id = shard.descriptor.shard
        if let last = terms[id], shard.term < last { return }
        terms[id] = shard.term
        let report = ShardReport(
            descriptor: shard.descriptor, leader: shard.leader, bytes: ByteCount(shard.bytes), keys: shard.keys,
            load: ShardLoad(
                operationsPerSecond: UInt64(shard.operationsPerSecond),
                share: LaneShare(perMille: Int(shard.laneShare)), halvingKey: shard.halvingKey),
            middleKey: shard.middleKey,
            replicas: shard.others.map { other in
                ReplicaStatus(replica: other.replica, isNear: other.isNear, isSilent: other.isSilent)
            })
        let former = drives[id] == nil ? nil : view.shard(id)?.leader
        guard view.observe(report, rules: scheduler.rules, now: now), var drive = drives[id],
            former != shard.leader
        else { return }
        // Whatever was expected of the former leader is over.
        drive.hint = nil
        drive.nextAt = min(drive.nextAt, now)
        drives[id] = drive
    }

    /// A descriptor that a shard's leader has reported for the map's row.
    package mutating func learn(_ descriptor: Descriptor) { view.learn(descriptor) }

    /// The answer to a step.
    package mutating func answered(
        _ number: UInt64, _ result: Result<Descriptor, RequestError>, now: Instant
    ) {
        guard number != 0, let (shard, known) = drives.first(where: { $0.value.number == number }) else { return }
        var drive = known
        drive.number = 0
        switch result {
        case .success(let descriptor):
            view.learn(descriptor)
            drive.refusal = nil
            drive.senselessSince = nil
            drive.hint = nil
            drive.nextAt = now
        case .failure(let error):
            drive.nextAt = now + limits.retryInterval
            drive.refusal = Self.text(error)
            if case .invalidRequest = error {
                drive.senselessSince = drive.senselessSince ?? now
            } else {
                drive.senselessSince = nil
            }
            switch error {
            case .notLeader(let hint):
                drive.hint = hint?.node
                drive.refusal = "the shard's leader is being looked for"
            case .epochMismatch(let descriptors):
                for descriptor in descriptors where descriptor.shard == shard { view.learn(descriptor) }
            default: break
            }
        }
        drives[shard] = drive
    }

    private static func text(_ error: RequestError) -> String {
        switch error {
        case .busy(_, let reason), .unavailable(let reason), .invalidRequest(let reason): reason
        case .epochMismatch: "the shard has changed"
        case .ambiguous, .notApplied: "the leader changed meanwhile"
        case .diskFull: "the leader's disk is full"
        default: "\(error)"
        }
    }
}
