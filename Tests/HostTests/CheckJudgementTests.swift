import Host
import Keyspace
import Raft
import Testing
import Wire

/// Who is right (rule 39).
@Suite struct CheckJudgementTests {
    private func member(_ number: UInt64) -> Member { Member(replica: ReplicaID(number), node: NodeID(number)) }

    private func judge(
        _ told: [UInt64: (chain: UInt64, scan: UInt64?)], voters: [UInt64] = [1, 2, 3], outgoing: [UInt64] = [],
        learners: [UInt64] = [], others: [UInt64] = []
    ) -> CheckJudgement {
        let configuration = Configuration(
            voters: voters.map(member), outgoing: outgoing.map(member), learners: learners.map(member))
        let reports = told.sorted { $0.key < $1.key }.map { number, holds in
            CheckReport(
                shard: ShardID(2), member: member(number), position: LogPosition(index: LogIndex(9), term: Term(1)),
                format: CheckReport.formatHere + (others.contains(number) ? 1 : 0), chain: holds.chain,
                scan: holds.scan)
        }
        let empty = ShardCheck(shard: ShardID(2), index: LogIndex(9), verdict: .incomplete, replicas: [])
        return CheckJudgement(reports, configuration, wantsScan: true, empty: empty)
    }

    private func findings(_ judgement: CheckJudgement) -> [ShardCheck.Finding] {
        judgement.check.replicas.map(\.finding)
    }

    @Test func allEqual() {
        let judgement = judge([1: (5, 6), 2: (5, 6), 3: (5, 6)])
        #expect(judgement.check.verdict == .equal)
        #expect(judgement.divergences.isEmpty)
    }

    @Test func whoIsMissingIsNamed() {
        let judgement = judge([1: (5, 6), 2: (5, nil)])
        #expect(judgement.check.verdict == .incomplete)
        #expect(findings(judgement) == [.equal, .notScanned, .notHeard])
    }

    @Test func aMinorityIsWrong() {
        let judgement = judge([1: (5, 6), 2: (5, 7), 3: (5, 6)])
        #expect(judgement.check.verdict == .divergent)
        #expect(findings(judgement) == [.equal, .dataDiffers, .equal])
        #expect(judgement.divergences.map(\.expected.member) == [member(2)])
        #expect(judgement.divergences.map(\.expected.scan) == [6])
        #expect(judgement.divergences.map(\.agreeing) == [[ReplicaID(1), ReplicaID(3)]])
    }

    @Test func whatEntriesDidComesFirst() {
        // Whoever did something else is not asked what it stores.
        let judgement = judge([1: (4, 6), 2: (5, 6), 3: (5, 6)])
        #expect(findings(judgement) == [.chainDiffers, .equal, .equal])
        #expect(judgement.divergences.map(\.expected.chain) == [5])
        #expect(judgement.divergences.map(\.expected.scan) == [nil])
    }

    @Test func withoutAMajorityNobodyIsWrong() {
        for told: [UInt64: (chain: UInt64, scan: UInt64?)] in [
            [1: (5, 6), 2: (5, 7)], [1: (4, 6), 2: (5, 6)], [1: (5, 6), 2: (5, 7), 3: (5, 8)],
            [1: (5, 6), 2: (5, 7), 3: (5, nil)],
        ] {
            let judgement = judge(told)
            #expect(judgement.check.verdict == .divided)
            #expect(judgement.divergences.isEmpty)
        }
        // Two of four are no majority.
        #expect(judge([1: (5, 6), 2: (5, 6), 3: (5, 7), 4: (5, 7)], voters: [1, 2, 3, 4]).check.verdict == .divided)
    }

    @Test func learnersDoNotCountAndAreJudged() {
        #expect(judge([1: (5, 6), 4: (5, 7), 5: (5, 7)], learners: [4, 5]).check.verdict == .divided)
        let judgement = judge([1: (5, 6), 2: (5, 6), 4: (5, 7)], learners: [4])
        #expect(judgement.divergences.map(\.expected.member) == [member(4)])
    }

    @Test func bothHalvesOfAJointConfigurationMustAgree() {
        let told: [UInt64: (chain: UInt64, scan: UInt64?)] = [1: (5, 6), 2: (5, 6), 3: (5, 7), 4: (5, 7)]
        #expect(judge(told, voters: [1, 2, 3], outgoing: [2, 3, 4]).check.verdict == .divided)
        #expect(judge(told, voters: [1, 2, 3], outgoing: [1, 2, 4]).divergences.count == 2)
    }

    /// Another release hashes otherwise: nobody is wrong for that, however many there are of them.
    @Test func otherFormatsAreNotCompared() {
        let one = judge([1: (5, 6), 2: (5, 6), 3: (9, 9)], others: [3])
        #expect(one.check.verdict == .incomplete && one.divergences.isEmpty)
        #expect(findings(one) == [.equal, .equal, .otherFormat])
        let most = judge([1: (5, 6), 2: (9, 9), 3: (9, 9)], others: [2, 3])
        #expect(most.check.verdict == .incomplete && most.divergences.isEmpty)
        #expect(findings(most) == [.equal, .otherFormat, .otherFormat])
    }

    /// A report under the id of a member from another node, or of nobody, counts for nothing.
    @Test func strangersAreNotHeard() {
        #expect(judge([1: (5, 6), 2: (5, 6), 9: (5, 7)]).check.verdict == .incomplete)
    }
}
