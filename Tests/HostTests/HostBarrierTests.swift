import Keyspace
import Raft
import Storage
import Testing
import Wire

@testable import Host

/// Replicas that wait to absorb, and their leader (rule 33).
@Suite struct HostBarrierTests {
    private static let members = (1...3 as ClosedRange<UInt64>).map {
        Member(replica: ReplicaID($0), node: NodeID($0))
    }

    /// Node 1 leads the left shard of three replicas, and nobody acknowledges anything. The entry that absorbs is in
    /// its log, as one of an earlier term that it does not know to be committed.
    private func forgetfulLeader() -> HostBench {
        var bench = HostBench(node: 1)
        var descriptor = HostBench.left
        descriptor.configuration = Configuration(voters: Self.members)
        var merge = MergeState()
        merge.last = 1
        merge.intent = MergeState.Intent(right: HostBench.right.shard, epoch: HostBench.right.epoch)
        let absorb = MergeCommand.absorb(
            MergeCommand.Absorb(
                merge: 1, frozen: LogPosition(index: LogIndex(1), term: Term(1)), lastVersion: .zero,
                right: HostBench.right))
        let entry = Entry<EncodedEntry>(
            index: LogIndex(2), term: Term(1), content: .payload(absorb.encode(term: Term(1), index: LogIndex(2))))
        let restored = Restored(
            configuration: descriptor.configuration, hardState: HardState(term: Term(1), commit: LogIndex(1)),
            applied: LogPosition(index: LogIndex(1), term: Term(1)),
            termRuns: [TermRun(first: LogIndex(1), term: Term(1))], entries: [entry], lastIndex: LogIndex(2))
        bench.host.add(
            RestoredReplica(
                descriptor: descriptor, member: Self.members[0], restored: restored, lastVersion: .zero, merge: merge),
            seed: 1, now: bench.now)
        for _ in 0..<100 where bench.host.replica(of: descriptor.shard)?.group.role != .leader {
            bench.milliseconds += 50
            bench.turn()
            for envelope in bench.effects.messages where envelope.shard == descriptor.shard {
                guard case .voteRequest(let request) = envelope.message else { continue }
                let reply = VoteReply(term: request.term, isPreVote: request.isPreVote, isGranted: true)
                bench.host.receive(
                    PeerEnvelope(
                        shard: descriptor.shard, from: envelope.to, to: envelope.from, message: .voteReply(reply)),
                    from: envelope.to.node, now: bench.now)
            }
        }
        return bench
    }

    /// A majority that waits at the entry, and is full, would let this leader commit nothing. It knows better than the
    /// leader what is committed, and asks it for a snapshot.
    @Test func whoWaitsTellsItsLeaderThatTheEntryIsCommitted() throws {
        var bench = forgetfulLeader()
        let before = try #require(bench.host.replica(of: HostBench.left.shard)?.group)
        #expect(before.role == .leader && before.commitIndex == LogIndex(1) && before.barrier == nil)
        let notice = MergeNotice.behind(
            HostBench.left.shard, Self.members[2], to: Self.members[0], index: LogIndex(2))
        // Not its own node's replica.
        bench.host.receive(.merge(notice), from: NodeID(2), now: bench.now)
        bench.turn()
        #expect(bench.host.replica(of: HostBench.left.shard)?.group.commitIndex == LogIndex(1))
        bench.host.receive(.merge(notice), from: NodeID(3), now: bench.now)
        bench.turn()
        let after = try #require(bench.host.replica(of: HostBench.left.shard)?.group)
        #expect(after.commitIndex == LogIndex(2) && after.barrier == LogIndex(2))
    }
}
