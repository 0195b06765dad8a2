internal import Keyspace
internal import Placement
internal import Raft
internal import Wire

/// Between placement's operators and their rows.
extension Operator {
    /// The row of this operator while it runs.
    var record: OperatorRecord {
        OperatorRecord(
            shard: shard, partner: partner, steps: steps.map(\.record), priority: priority.code,
            reason: reason.description, patienceMilliseconds: UInt64(clamping: patience.milliseconds))
    }

    /// The operator of a row. The reason's figures are words by now. Nil for a priority that this release has not got.
    init?(_ record: OperatorRecord) {
        guard let priority = Priority(code: record.priority) else { return nil }
        // No interval is longer than half of what fits.
        let patience = Int64(clamping: min(record.patienceMilliseconds, 1 << 42))
        self.init(
            shard: record.shard, partner: record.partner, steps: record.steps.map { Step($0) }, priority: priority,
            reason: .recorded(record.reason), patience: .milliseconds(patience))
    }
}

extension OperatorRecord {
    /// Whether this release knows what it is.
    var isKnown: Bool { Operator.Priority(code: priority) != nil || end != nil }
}

extension Operator.Step {
    fileprivate var record: OperatorRecord.Step {
        let action: OperatorRecord.Action =
            switch self.action {
            case .addLearner(let member): .addLearner(member)
            case .promote(let member): .promote(member)
            case .enterJoint(let incoming, let outgoing): .enterJoint(incoming: incoming, outgoing: outgoing)
            case .leaveJoint: .leaveJoint
            case .removeReplica(let member): .removeReplica(member)
            case .transferLeader(let member): .transferLeader(member)
            case .split(let key): .split(key)
            case .merge(let right, let epoch, let end): .merge(right: right, expects: epoch, end: end)
            }
        return OperatorRecord.Step(shard: shard, expects: expects, action: action)
    }

    fileprivate init(_ record: OperatorRecord.Step) {
        let action: Operator.Action =
            switch record.action {
            case .addLearner(let member): .addLearner(member)
            case .promote(let member): .promote(member)
            case .enterJoint(let incoming, let outgoing): .enterJoint(incoming: incoming, outgoing: outgoing)
            case .leaveJoint: .leaveJoint
            case .removeReplica(let member): .removeReplica(member)
            case .transferLeader(let member): .transferLeader(to: member)
            case .split(let key): .split(at: key)
            case .merge(let right, let epoch, let end): .merge(right: right, expecting: epoch, end: end)
            }
        self.init(shard: record.shard, expects: record.expects, action: action)
    }
}

extension Operator.Priority {
    /// The number in rows. Do not renumber: it is on disks; the enumeration's own order may change.
    var code: UInt8 {
        switch self {
        case .merge: 1
        case .balance: 2
        case .load: 3
        case .split: 4
        case .manual: 5
        case .labels: 6
        case .tidying: 7
        case .evacuation: 8
        case .repair: 9
        case .atRisk: 10
        }
    }

    init?(code: UInt8) {
        guard let known = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = known
    }
}

extension NodeDuty {
    init(_ code: NodeDutyCode) {
        self =
            switch code {
            case .serving: .serving
            case .draining: .draining
            case .decommissioning: .decommissioning
            }
    }

    var code: NodeDutyCode {
        switch self {
        case .serving: .serving
        case .draining: .draining
        case .decommissioning: .decommissioning
        }
    }
}
