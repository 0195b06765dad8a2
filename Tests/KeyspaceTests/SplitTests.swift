import Keyspace
import Raft
import Testing

/// What a shard becomes by a split (rules 32 and 35).
@Suite struct SplitTests {
    private func descriptor(learner: Bool = false, outgoing: [Member] = []) -> Descriptor {
        Descriptor(
            shard: ShardID(2), range: KeyRange(start: .user([]), end: .end), epoch: Epoch(version: 3, config: 5),
            configuration: Configuration(
                voters: [member(7, 1), member(9, 4), member(11, 2)], outgoing: outgoing,
                learners: learner ? [member(12, 3)] : []),
            nextReplica: ReplicaID(13))
    }

    private func member(_ replica: UInt64, _ node: UInt64) -> Member {
        Member(replica: ReplicaID(replica), node: NodeID(node))
    }

    @Test func thePartsAreTheWhole() throws {
        let whole = descriptor(learner: true)
        let key = Key.user([0x6D])
        let parts = try #require(whole.split(at: key, child: ShardID(20), first: NodeID(4)))
        #expect(parts.parent.range == KeyRange(start: whole.range.start, end: key))
        #expect(parts.child.range == KeyRange(start: key, end: whole.range.end))
        #expect(parts.parent.epoch == Epoch(version: 4, config: 5))
        #expect(parts.child.epoch == Epoch(version: 4, config: 1))
        #expect(parts.parent.configuration == whole.configuration)
        #expect(parts.parent.nextReplica == whole.nextReplica)
    }

    /// The same nodes in the same roles, counted from 1, and the leader's first.
    @Test func theChildsReplicasAreNew() throws {
        let parts = descriptor(learner: true).split(at: .user([1]), child: ShardID(20), first: NodeID(4))
        let child = try #require(parts?.child)
        #expect(child.configuration.voters == [member(1, 4), member(2, 2), member(3, 1)])
        #expect(child.configuration.learners == [member(4, 3)])
        #expect(child.nextReplica == ReplicaID(5))
        let stranger = descriptor().split(at: .user([1]), child: ShardID(20), first: NodeID(8))
        #expect(stranger?.child.configuration.voters.map(\.node) == [NodeID(1), NodeID(4), NodeID(2)])
    }

    @Test func whatCannotBeSplitIsNot() {
        let whole = descriptor()
        #expect(whole.split(at: .user([]), child: ShardID(20), first: NodeID(1)) == nil)
        #expect(whole.split(at: .end, child: ShardID(20), first: NodeID(1)) == nil)
        #expect(whole.split(at: .system("a"), child: ShardID(20), first: NodeID(1)) == nil)
        #expect(whole.split(at: .user([1]), child: ShardID(2), first: NodeID(1)) == nil)
        let joint = descriptor(outgoing: [member(7, 1)])
        #expect(joint.split(at: .user([1]), child: ShardID(20), first: NodeID(1)) == nil)
        var last = whole
        last.epoch.version = .max
        #expect(last.split(at: .user([1]), child: ShardID(20), first: NodeID(1)) == nil)
    }

    // MARK: Rows

    private func split(_ whole: Descriptor, _ byte: UInt8, _ child: UInt64) throws -> Descriptor.Parts {
        try #require(whole.split(at: .user([byte]), child: ShardID(child), first: NodeID(1)))
    }

    @Test func bothPartsAreOneChange() throws {
        let whole = descriptor()
        let parts = try split(whole, 0x6D, 20)
        // One part alone would leave a gap.
        #expect(RowChange(rows: [whole], reported: [parts.parent]) == nil)
        #expect(RowChange(rows: [whole], reported: [parts.child]) == nil)
        let change = try #require(RowChange(rows: [whole], reported: [parts.child, parts.parent]))
        #expect(change.puts == [parts.parent, parts.child])
        #expect(change.removals == [])
        let again = try #require(RowChange(rows: [parts.parent, parts.child], reported: [whole, parts.parent]))
        #expect(again.isEmpty)
    }

    /// Several splits later, in any order of reports, the rows take one step.
    @Test func reportsThatComeLateAreOneChangeToo() throws {
        let whole = descriptor()
        let first = try split(whole, 0x6D, 20)
        let second = try split(first.parent, 0x40, 21)
        let third = try split(first.child, 0x70, 22)
        let reports = [third.child, second.parent, third.parent, first.child, first.parent, second.child]
        #expect(RowChange(rows: [whole], reported: Array(reports[..<3])) == nil)
        let change = try #require(RowChange(rows: [whole], reported: reports))
        #expect(change.puts == [second.parent, second.child, third.parent, third.child])
        // Only what changes is written.
        let rest = try #require(
            RowChange(rows: [first.parent, first.child], reported: [second.parent, second.child]))
        #expect(rest.puts == [second.parent, second.child])
    }

    @Test func aChangeOfMembersIsOneRow() throws {
        let row = descriptor()
        var newer = row
        newer.epoch.config = 6
        let change = try #require(RowChange(rows: [row], reported: [newer]))
        #expect(change.puts == [newer])
        #expect(RowChange(rows: [], reported: [newer]) == nil)
    }
}
