import Keyspace
import Raft
import Testing
import Wire

@testable import Host

/// What a node goes by before it knows whether its clock is right (rule 20).
@Suite struct HostClockTests {
    private let year: UInt64 = 365 * 24 * 3_600_000

    /// A host that leads; nobody's clock is known to it yet.
    private func leader() throws -> HostBench {
        var bench = HostBench(node: 1)
        bench.milliseconds += 400
        bench.turn()
        bench.receive(.voteReply(VoteReply(term: Term(1), isPreVote: true, isGranted: true)), from: 2)
        bench.turn()
        bench.receive(.voteReply(VoteReply(term: Term(1), isPreVote: false, isGranted: true)), from: 2)
        bench.turn()
        try #require(bench.group?.role == .leader)
        return bench
    }

    private func write(_ bench: inout HostBench) throws -> RequestError? {
        let list = try Fixture.operations { try $0.put(Fixture.key(0, 1), [1]) }
        let request = WriteRequest(
            route: RouteStamp(shard: HostBench.shard, version: 1), operationCount: 1, operations: list.bytes)
        bench.host.write(request, from: RequestReference(connection: 1, id: 1), now: bench.now)
        bench.turn()
        guard case .failure(let error) = bench.effects.answers.first?.body else { return nil }
        return error
    }

    /// The peer's clock, `ahead` of this host's, in the answer to a frame sent just now.
    private func hear(_ peer: UInt64, ahead: UInt64, _ bench: inout HostBench) {
        let time = bench.host.clock.milliseconds(at: bench.now) + ahead
        bench.receive(from: peer, answering: bench.now) { $0.clusterMilliseconds = time }
        _ = bench.host.controlTick(now: bench.now)
    }

    @Test("a leader takes no writes, and tells no client the time, before others' clocks have confirmed its own")
    func waits() throws {
        var bench = try leader()
        #expect(bench.host.trustedMilliseconds(at: bench.now) == 0)
        #expect(bench.host.millisecondsForClients(at: bench.now) == 0)
        guard case .busy = try write(&bench) else {
            Issue.record("the write is not refused as busy")
            return
        }
        hear(2, ahead: 0, &bench)
        let time = bench.host.clock.milliseconds(at: bench.now)
        #expect(bench.host.trustedMilliseconds(at: bench.now) == time)
        #expect(bench.host.millisecondsForClients(at: bench.now) == time)
        #expect(try write(&bench) == nil)
    }

    @Test("a clock that one other denies waits for a third, and is set by both")
    func denied() throws {
        var bench = try leader()
        hear(2, ahead: year, &bench)
        #expect(bench.host.trustedMilliseconds(at: bench.now) == 0)
        hear(3, ahead: year, &bench)
        #expect(bench.host.trustedMilliseconds(at: bench.now) >= Fixture.start + year)
    }

    @Test("a node without shards and without peers tells no client the time: it may only not know them yet")
    func empty() {
        var bench = HostBench(node: 1)
        bench.host = Host(
            node: NodeID(1), boot: 1, incarnation: 1, limits: HostLimits(), wallMilliseconds: Fixture.start,
            now: bench.now)
        _ = bench.host.controlTick(now: bench.now)
        bench.milliseconds += 5_000
        _ = bench.host.controlTick(now: bench.now)
        #expect(bench.host.millisecondsForClients(at: bench.now) == 0)
        #expect(!bench.host.clock.isConfirmed)
    }

    @Test("an entry of a shard that others have a voice in is not stamped by a clock that nobody has confirmed")
    func stampOfALeader() {
        var bench = HostBench(node: 2)
        bench.milliseconds += 2_000
        #expect(bench.host.trustedMilliseconds(at: bench.now) > 0)
        #expect(bench.host.stampMilliseconds(0, at: bench.now) == 0)
    }

    @Test("a clock that was denied is not gone by once nobody is heard any more")
    func deniedAndAlone() throws {
        var bench = HostBench(node: 2)
        hear(1, ahead: year, &bench)
        // Silent from this tick on.
        bench.milliseconds += 400
        _ = bench.host.controlTick(now: bench.now)
        bench.milliseconds += 1_999
        _ = bench.host.controlTick(now: bench.now)
        #expect(bench.host.trustedMilliseconds(at: bench.now) == 0)
        bench.milliseconds += 1
        _ = bench.host.controlTick(now: bench.now)
        // The earlier of the two is its own.
        #expect(bench.host.trustedMilliseconds(at: bench.now) == bench.host.clock.milliseconds(at: bench.now))
    }

    @Test("who hears nobody goes by its own clock after two seconds, and tells no client unless it leads")
    func alone() {
        var bench = HostBench(node: 2)
        bench.milliseconds += 1_999
        #expect(bench.host.trustedMilliseconds(at: bench.now) == 0)
        bench.milliseconds += 1
        #expect(bench.host.trustedMilliseconds(at: bench.now) == Fixture.start + 2_000)
        #expect(bench.host.millisecondsForClients(at: bench.now) == 0)
        bench.receive(from: 1)
        #expect(bench.host.trustedMilliseconds(at: bench.now) == 0)
    }
}
