import Raft
import Testing

/// The corners of rules 1–7 and 27 that random trouble seldom reaches.
extension PaperTests {
    /// Replica 1, covered by leader 2 of term 1, gave up on it at `later` and asks for pre-votes; at that very moment
    /// the leader's node is heard again, so the leader renews its lease with this replica.
    private func preCandidateWithPromise() -> TestNode {
        var follower = node(term: 1)
        let early = Instant(nanoseconds: 0) + .seconds(1)
        follower.step(append(1), from: member(2), now: early)
        #expect(answers(settle(&follower, now: early)).count == 1)
        follower.tick(now: later)
        #expect(follower.group.role == .preCandidate)
        follower.neighbours.byNode[NodeID(2)] = PeerLiveness(heardAt: later)
        return follower
    }

    @Test("Rule 1: a promise given while pre-votes were on their way stops the campaign")
    func promiseStopsCampaign() {
        var follower = preCandidateWithPromise()
        let granted = VoteReply(term: Term(2), isPreVote: true, isGranted: true)
        follower.step(.voteReply(granted), from: member(3), now: later + .milliseconds(10))
        #expect(follower.group.role == .follower && follower.group.term == Term(1))
    }

    @Test("Rule 1: a promise outlives the term it was given in")
    func promiseOutlivesTerm() {
        var follower = preCandidateWithPromise()
        let refused = VoteReply(term: Term(5), isPreVote: true, isGranted: false)
        follower.step(.voteReply(refused), from: member(3), now: later)
        #expect(follower.group.term == Term(5) && follower.group.leader == nil)
        for (wait, isGranted) in [(Int64(149), false), (150, true)] {
            let now = later + .milliseconds(wait)
            follower.step(request(6, last: position(0, 0)), from: member(3), now: now)
            #expect(grants(settle(&follower, now: now)) == [isGranted])
            #expect(follower.group.term == Term(isGranted ? 6 : 5))
        }
    }

    /// A leader at `later` that replica 2 has acknowledged.
    private func acknowledgedLeader() -> TestNode {
        var leader = node()
        elect(&leader, now: later)
        _ = settle(&leader, now: later)
        accept(&leader, 1, from: 2, now: later)
        return leader
    }

    private var renewed: Neighbourhood {
        Neighbourhood(byNode: [NodeID(2): PeerLiveness(answeredSentAt: later + .seconds(1))])
    }

    private func lateReply(_ leader: inout TestNode) {
        let reply = AppendReply(term: leader.group.term, outcome: .accepted(match: LogIndex(1)), sentAt: later)
        leader.step(.appendReply(reply), from: member(2), now: later + .seconds(1))
    }

    @Test("Rule 7: the nodes speak for a follower only after it acknowledged the leader")
    func nodesSpeakForTheAcknowledged() {
        var leader = node()
        elect(&leader, now: later)
        #expect(leader.group.leaseExpiry(neighbours: renewed) < later)
        _ = settle(&leader, now: later)
        accept(&leader, 1, from: 2, now: later)
        #expect(leader.group.leaseExpiry(neighbours: renewed) > later + .seconds(1))
    }

    @Test("Rule 7: who has left is not renewed, and a late answer of it revives nothing")
    func lateAnswerAfterLeaving() {
        var leader = acknowledgedLeader()
        leader.group.followerLeft(ReplicaID(2), term: leader.group.term)
        lateReply(&leader)
        #expect(leader.group.leaseExpiry(neighbours: renewed) < later + .milliseconds(150))
    }

    @Test("Rule 7: an answer of a process that is gone does not speak for the new one")
    func lateAnswerOfAnOldProcess() {
        var leader = acknowledgedLeader()
        leader.peerRestarted(NodeID(2), now: later + .milliseconds(900))
        lateReply(&leader)
        #expect(leader.group.leaseExpiry(neighbours: renewed) < later + .milliseconds(150))
    }

    @Test("Rule 27: a configuration is in force when appended and undone with its entry")
    func configurationIsUndone() {
        var follower = node()
        let smaller = TestEntry(
            index: LogIndex(1), term: Term(1), content: .configuration(Configuration(voters: members([1, 2]))))
        let append = Append(
            term: Term(1), previousIndex: .zero, previousTerm: .zero, entries: [smaller], commit: .zero,
            replicatedEverywhere: .zero, sentAt: later)
        follower.step(.append(append), from: member(2), now: later)
        #expect(follower.group.configuration.voters == members([1, 2]))
        follower.step(self.append(2, [2]), from: member(3), now: later)
        #expect(follower.group.configuration.voters == members([1, 2, 3]))
    }
}
