import Keyspace
import NIOCore
import Raft
import Testing
import Transport
import Wire

@testable import DShardClient

/// Rules 22 and 23 at the client: what is sent again, and what the caller is told.
@Suite struct FailureTests {
    static let written = ClientResponse.Body.written(.one(.put(version: Timestamp(5))))

    /// Goes on when the client has a connection and the routes, however long that takes.
    static func connect(_ client: DShardClient, _ cluster: FakeCluster) async throws {
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in written } }
        while (try? await client.put([1], [1])) == nil {}
    }

    @Test func aHintIsFollowed() async throws {
        let cluster = try await FakeCluster(2)
        try await cluster.setRoutes(leaders: [1])
        let hint = cluster.address(2)
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in .failure(.notLeader(hint: hint)) } }
        try await cluster.nodes[1].onLoop { $0.handler = { _, _ in Self.written } }
        let client = cluster.client()
        for _ in 0..<3 { try await client.put([1], [2]) }
        #expect(try await cluster.nodes[0].onLoop { $0.requests.count } == 1)
        #expect(try await cluster.nodes[1].onLoop { $0.requests.count } == 3)
        try await cluster.stop(client)
    }

    /// A node that is not there, or says nothing, is not waited for until the client's deadline.
    @Test func aDeadNodesStatusIsNotWaitedFor() async throws {
        let cluster = try await FakeCluster(2)
        try await cluster.setRoutes(leaders: [1])
        // Far from what the machine may need, so that the limit shows which of the two was waited for.
        let client = cluster.client { $0.requestTimeout = .seconds(60) }
        try await Self.connect(client, cluster)
        // It is there, and silent.
        try await cluster.nodes[1].onLoop { $0.handler = { _, _ in nil } }
        let silent = cluster.nodes[1].address
        var began = ContinuousClock.now
        await #expect(throws: ClientError.self) { try await client.status(of: silent) }
        let silence = ContinuousClock.now - began
        #expect(silence > .seconds(1) && silence < .seconds(30), "\(silence)")
        try await cluster.nodes[1].stop()
        began = .now
        let failure = await #expect(throws: ClientError.self) { try await client.status(of: silent) }
        #expect(failure?.code == .unavailable || failure?.code == .deadlineExceeded)
        // A refused connection is an answer.
        #expect(ContinuousClock.now - began < .seconds(30))
        try await cluster.stop(client)
    }

    @Test func newerDescriptorsAreUsed() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let newer = cluster.routes(version: 4).descriptors
        try await cluster.nodes[0].onLoop { node in
            node.handler = { request, _ in
                guard case .write(let write) = request.body else { return nil }
                return write.route.version == 4 ? Self.written : .failure(.epochMismatch(newer))
            }
        }
        let client = cluster.client()
        try await client.put([1], [2])
        #expect(try await cluster.nodes[0].onLoop { $0.requests.writes.map(\.route.version) } == [1, 4])
        try await cluster.stop(client)
    }

    /// A batch that may have been applied, and whose keys lie in two shards now: nobody can settle that.
    @Test func aBatchInDoubtEndsWithItsShard() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let newer = cluster.routes(borders: ["m"], leaders: [1, 1], version: 2).descriptors
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] request, _ in
                guard case .write = request.body else { return nil }
                return node.requests.writes.count == 1 ? .failure(.ambiguous) : .failure(.epochMismatch(newer))
            }
        }
        let client = cluster.client()
        let pairs: [(key: [UInt8], value: [UInt8])] = [([1], [1]), ([200], [2])]
        let error = await #expect(throws: ClientError.self) { try await client.putAll(pairs) }
        #expect(error?.code == .unknownOutcome)
        #expect(try await cluster.nodes[0].onLoop { $0.requests.writes.map(\.route.version) } == [1, 1, 2])
        try await cluster.stop(client)
    }

    @Test func busyIsWaitedFor() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] _, _ in
                node.requests.count < 3
                    ? .failure(.busy(retryAfterMilliseconds: 1, reason: "test")) : Self.written
            }
        }
        let client = cluster.client()
        try await client.put([1], [2])
        let writes = try await cluster.nodes[0].onLoop { $0.requests.writes }
        #expect(writes.count == 3)
        #expect(Set(writes.map(\.sequence)).count == 1)
        try await cluster.stop(client)
    }

    /// Rule 22: the same (session, sequence) and the same issued-at.
    @Test func aLostWriteIsSentAgainUnderItsSequence() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] _, connection in
                guard node.requests.count == 1 else { return Self.written }
                connection.close()
                return nil
            }
        }
        let client = cluster.client()
        try await client.put([1], [2])
        try await client.put([1], [3])
        let writes = try await cluster.nodes[0].onLoop { $0.requests.writes }
        #expect(writes.map(\.sequence) == [1, 1, 2])
        #expect(writes.map(\.doneBelow) == [1, 1, 2])
        #expect(Set(writes.map(\.session)).count == 1)
        #expect(writes[0].session != 0)
        #expect(writes[0].issuedAt == writes[1].issuedAt)
        #expect(writes[0].operations == writes[1].operations)
        try await cluster.stop(client)
    }

    @Test func withoutASessionALostWriteIsUnknown() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { _, connection in
                connection.close()
                return nil
            }
        }
        let client = cluster.client { $0.usesSession = false }
        let error = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(error?.isOutcomeUnknown == true)
        let writes = try await cluster.nodes[0].onLoop { $0.requests.writes }
        #expect(writes.count == 1)
        #expect(writes.first?.session == 0)
        try await cluster.stop(client)
    }

    @Test func withoutASessionADefiniteRefusalIsSentAgain() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] _, _ in node.requests.count == 1 ? .failure(.notApplied) : Self.written }
        }
        let client = cluster.client { $0.usesSession = false }
        try await client.put([1], [2])
        try await cluster.stop(client)
    }

    @Test func theDeadlineTellsWhatIsKnown() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let client = cluster.client { $0.requestTimeout = .milliseconds(120) }
        try await Self.connect(client, cluster)
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in nil } }
        let write = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(write?.code == .unknownOutcome)
        let read = await #expect(throws: ClientError.self) { _ = try await client.get([1]) }
        #expect(read?.code == .deadlineExceeded)
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in .failure(.notLeader(hint: nil)) } }
        let refused = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(refused?.code == .unavailable)
        try await cluster.stop(client)
    }

    @Test func nobodyThereIsUnavailable() async throws {
        let cluster = try await FakeCluster()
        try await cluster.nodes[0].stop()
        let client = cluster.client { $0.requestTimeout = .milliseconds(80) }
        let error = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(error?.code == .unavailable)
        #expect(error?.isOutcomeUnknown == false)
        try await cluster.stop(client)
    }

    @Test func whatCannotSucceedIsToldAtOnce() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in .failure(.invalidRequest("no such thing")) } }
        let client = cluster.client()
        let error = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(error == ClientError(.invalidRequest, "no such thing"))
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in .failure(.sessionExpired) } }
        let expired = await #expect(throws: ClientError.self) { _ = try await client.put([1], [2]) }
        #expect(expired?.code == .sessionExpired)
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in Self.written } }
        try await client.put([1], [2])
        let sessions = try await cluster.nodes[0].onLoop { $0.requests.writes.map(\.session) }
        #expect(sessions.count == 3 && sessions[0] == sessions[1] && sessions[1] != sessions[2])
        try await cluster.stop(client)
    }

    /// The leader's process dies; the others elect another one a little later.
    @Test func aFailOverIsFollowed() async throws {
        let cluster = try await FakeCluster(3)
        try await cluster.setRoutes(leaders: [1])
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in Self.written } }
        for node in cluster.nodes.dropFirst() {
            try await node.onLoop { $0.handler = { _, _ in .failure(.notLeader(hint: nil)) } }
        }
        let client = cluster.client()
        try await client.put([1], [2])
        try await cluster.setRoutes(leaders: [nil])
        try await cluster.nodes[0].stop()
        // The client asks again and again while there is no leader; after some of these there is one.
        let asked = cluster.loop.makePromise(of: Void.self)
        for node in cluster.nodes.dropFirst() {
            try await node.onLoop { node in
                let before = node.lookups
                node.onLookup = { if $0 >= before + 2 { asked.succeed(()) } }
            }
        }
        let pending = Task { try await client.put([1], [3]) }
        try await asked.futureResult.get()
        try await cluster.nodes[2].onLoop { $0.handler = { _, _ in Self.written } }
        try await cluster.setRoutes(leaders: [3])
        #expect(try await pending.value == Version(5))
        #expect(try await cluster.nodes[2].onLoop { $0.requests.writes.last?.sequence } == 2)
        try await cluster.stop(client)
    }

    /// The leader's process is frozen: its connection stays, and says nothing.
    @Test func aFrozenLeaderIsLeft() async throws {
        let cluster = try await FakeCluster(2)
        try await cluster.setRoutes(leaders: [1])
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in Self.written } }
        try await cluster.nodes[1].onLoop { $0.handler = { _, _ in Self.written } }
        let client = cluster.client()
        try await client.put([1], [2])
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in nil } }
        try await cluster.setRoutes(leaders: [2])
        try await client.put([1], [3])
        let (first, second) = (
            try await cluster.nodes[0].onLoop { $0.requests.writes.map(\.sequence) },
            try await cluster.nodes[1].onLoop { $0.requests.writes.map(\.sequence) }
        )
        #expect(first == [1, 2])
        #expect(second == [2])
        try await cluster.stop(client)
    }

    @Test func tooManyAtOnceAreRefused() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let client = cluster.client {
            $0.requestsInFlightMax = 4
            $0.requestTimeout = .milliseconds(200)
        }
        try await Self.connect(client, cluster)
        try await cluster.nodes[0].onLoop { $0.handler = { _, _ in nil } }
        let codes = await withTaskGroup(of: ClientError.Code?.self) { tasks in
            for _ in 0..<6 {
                tasks.addTask {
                    do throws(ClientError) { _ = try await client.get([1]) } catch { return error.code }
                    return nil
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .busy }.count == 2)
        #expect(codes.filter { $0 == .deadlineExceeded }.count == 4)
        try await cluster.stop(client)
    }

    @Test func groupsAreFormedAnewAfterASplit() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let store = FakeStore()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] request, _ in store.handle(request, node.table) }
        }
        let client = cluster.client()
        let pairs = ["a", "b", "x", "y"].map { ($0.bytes, $0.bytes) }
        try await client.putAll(pairs)
        try await cluster.setRoutes(borders: ["m"], leaders: [1, 1], version: 2)
        #expect(try await client.get(pairs.map(\.0)).map { $0?.value } == pairs.map { $0.1 })
        try await cluster.setRoutes(borders: ["b", "m"], leaders: [1, 1, 1], version: 3)
        try await client.putAll(pairs)
        var found: [[UInt8]] = []
        for try await row in client.scan() { found.append(row.key) }
        #expect(found == pairs.map(\.0))
        try await cluster.stop(client)
    }

    @Test func shutDownEndsWhatWaits() async throws {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes()
        let arrived = cluster.loop.makePromise(of: Void.self)
        try await cluster.nodes[0].onLoop { node in
            node.handler = { _, _ in
                arrived.succeed(())
                return nil
            }
        }
        let client = cluster.client()
        let read = Task { try await client.get([1]) }
        try await arrived.futureResult.get()
        try await client.shutdown()
        await #expect(throws: ClientError.wasShutDown) { _ = try await read.value }
        await #expect(throws: ClientError.wasShutDown) { _ = try await client.get([1]) }
        try await cluster.stop(client)
    }
}
