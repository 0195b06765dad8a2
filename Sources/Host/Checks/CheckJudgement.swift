package import Raft
package import Wire

/// Who is right when replicas are compared at one entry: a strict majority of the voters, of both halves when the
/// configuration is joint. What the entries did comes first; what is stored is compared among those who agree on that.
package struct CheckJudgement: Sendable {
    /// What is said of every replica.
    package private(set) var check: ShardCheck
    /// Who holds something else than the majority, and what that is.
    package private(set) var divergences: [CheckDivergence] = []

    private let configuration: Configuration
    private var findings: [ReplicaID: ShardCheck.Finding] = [:]

    /// Judges the reports of one place; `wantsScan` is whether the rows were to be read. Those of other formats than
    /// this release's are not compared.
    package init(_ reports: [CheckReport], _ configuration: Configuration, wantsScan: Bool, empty: ShardCheck) {
        self.configuration = configuration
        check = empty
        let heard = reports.filter { configuration.member($0.member.replica) == $0.member }
        for report in heard where report.format != CheckReport.formatHere {
            findings[report.member.replica] = .otherFormat
        }
        judge(heard.filter { $0.format == CheckReport.formatHere }, wantsScan: wantsScan)
        check.replicas = configuration.members.map { member in
            ShardCheck.Replica(member: member, finding: findings[member.replica] ?? .notHeard)
        }
        check.verdict = verdict
        if isPlanted(.divergenceIgnored) { divergences = [] }
    }

    private mutating func judge(_ heard: [CheckReport], wantsScan: Bool) {
        guard let agreed = agreement(heard, { $0.chain }) else {
            for report in heard { findings[report.member.replica] = .unsure }
            return
        }
        let alike = heard.filter { $0.chain == agreed.chain }
        for report in heard where report.chain != agreed.chain {
            differ(report, .chainDiffers, from: agreed, alike)
        }
        for report in alike { findings[report.member.replica] = .equal }
        guard wantsScan else { return }
        for report in alike where report.scan == nil { findings[report.member.replica] = .notScanned }
        let scanned = alike.filter { $0.scan != nil }
        guard !scanned.isEmpty else { return }
        guard let stored = agreement(scanned, { $0.scan ?? 0 }) else {
            for report in scanned { findings[report.member.replica] = .unsure }
            return
        }
        let same = scanned.filter { $0.scan == stored.scan }
        for report in scanned where report.scan != stored.scan {
            differ(report, .dataDiffers, from: stored, same)
        }
    }

    /// One of those who are right; nil when there are several opinions and none has a majority.
    private func agreement(_ reports: [CheckReport], _ value: (CheckReport) -> UInt64) -> CheckReport? {
        guard let first = reports.first else { return nil }
        if reports.allSatisfy({ value($0) == value(first) }) { return first }
        return reports.first { candidate in
            configuration.hasMajority { replica in
                reports.contains { $0.member.replica == replica && value($0) == value(candidate) }
            }
        }
    }

    private mutating func differ(
        _ report: CheckReport, _ finding: ShardCheck.Finding, from agreed: CheckReport, _ agreeing: [CheckReport]
    ) {
        findings[report.member.replica] = finding
        var expected = agreed
        expected.member = report.member
        if finding == .chainDiffers { expected.scan = nil }
        divergences.append(
            CheckDivergence(expected: expected, agreeing: agreeing.map(\.member.replica).sorted()))
    }

    private var verdict: ShardCheck.Verdict {
        let found = check.replicas.map(\.finding)
        if found.contains(.unsure) { return .divided }
        if found.contains(.chainDiffers) || found.contains(.dataDiffers) { return .divergent }
        return found.allSatisfy { $0 == .equal } ? .equal : .incomplete
    }
}

extension Configuration {
    /// Whether those who satisfy the condition are more than half of the voters, and of the outgoing ones too.
    func hasMajority(where isIn: (ReplicaID) -> Bool) -> Bool {
        [voters, outgoing].allSatisfy { half in
            half.isEmpty || half.count { isIn($0.replica) } > half.count / 2
        }
    }
}
