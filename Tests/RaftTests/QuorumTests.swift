@testable import Raft
import Testing

/// Majorities against their definition, over many small configurations.
@Suite struct QuorumTests {
    /// Whether `set` holds a majority of every half that counts.
    private func isQuorum(_ set: Set<ReplicaID>, of configuration: Configuration) -> Bool {
        func hasMajority(_ voters: [Member]) -> Bool {
            2 * voters.count { set.contains($0.replica) } > voters.count
        }
        return hasMajority(configuration.voters) && (!configuration.isJoint || hasMajority(configuration.outgoing))
    }

    private func randomConfiguration(_ random: inout TestRandom) -> Configuration {
        func some(_ atLeast: Int) -> [Member] {
            let drawn = members(Array(1...5)).filter { _ in random.chance(60) }
            return drawn.count >= atLeast ? drawn : members([1, 2])
        }
        return Configuration(voters: some(1), outgoing: random.chance(50) ? some(1) : [], learners: members([6, 7]))
    }

    @Test func reachedIsTheGreatestValueAQuorumHas() {
        var random = TestRandom(1)
        for _ in 0..<1_000 {
            let configuration = randomConfiguration(&random)
            var values: [ReplicaID: Int] = [:]
            for number in 1...7 { values[ReplicaID(UInt64(number))] = random.below(5) }
            let reached = Quorum.reached(in: configuration) { values[$0] ?? 0 }
            let expected = (0..<5).reversed().first { candidate in
                isQuorum(Set(values.filter { $0.value >= candidate }.map(\.key)), of: configuration)
            }
            #expect(reached == expected)
        }
    }

    @Test func outcomeIsDecidedWhenNoAnswerCanChangeIt() {
        var random = TestRandom(2)
        for _ in 0..<1_000 {
            let configuration = randomConfiguration(&random)
            var votes: [ReplicaID: Bool] = [:]
            for number in 1...7 where random.chance(60) { votes[ReplicaID(UInt64(number))] = random.chance(50) }
            let granted = Set(votes.filter(\.value).map(\.key))
            let possible = granted.union((1...7).map { ReplicaID($0) }.filter { votes[$0] == nil })
            let outcome = Quorum.outcome(in: configuration) { votes[$0] }
            let expected: Quorum.Outcome =
                isQuorum(granted, of: configuration) ? .won : isQuorum(possible, of: configuration) ? .undecided : .lost
            #expect(outcome == expected)
        }
    }

    /// I13: whatever may follow a configuration has quorums that meet its own.
    @Test func allowedSuccessorsShareAMember() {
        var random = TestRandom(3)
        var allowed = 0
        for _ in 0..<4_000 {
            let (a, b) = (randomConfiguration(&random), randomConfiguration(&random))
            guard a.allows(b) else { continue }
            allowed += 1
            for mask in 0..<32 {
                let side = Set((1...5).filter { mask & (1 << ($0 - 1)) != 0 }.map { ReplicaID(UInt64($0)) })
                let other = Set((1...5).map { ReplicaID(UInt64($0)) }).subtracting(side)
                #expect(!(isQuorum(side, of: a) && isQuorum(other, of: b)), "\(a.summary) then \(b.summary)")
            }
        }
        #expect(allowed > 10)
    }

    @Test func malformedConfigurationsAreNotAllowed() {
        let current = Configuration(voters: members([1, 2, 3]))
        #expect(!current.allows(Configuration(voters: [])))
        #expect(!current.allows(Configuration(voters: members([1, 2, 3, 3]))))
        #expect(!current.allows(Configuration(voters: members([1, 2, 3]), learners: members([3]))))
        let elsewhere = Member(replica: ReplicaID(2), node: NodeID(9))
        let moved = Configuration(voters: members([1, 2, 3]), outgoing: [member(1), elsewhere, member(3)])
        #expect(!current.allows(moved))
    }
}
