import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@testable import DShardClient

/// What the calls do when nothing goes wrong, against a fake node with a map.
@Suite struct OperationTests {
    static func cluster(borders: [String] = []) async throws -> FakeCluster {
        let cluster = try await FakeCluster()
        try await cluster.setRoutes(borders: borders, leaders: Array(repeating: 1, count: borders.count + 1))
        let store = FakeStore()
        try await cluster.nodes[0].onLoop { node in
            node.handler = { [unowned node] request, _ in store.handle(request, node.table) }
        }
        return cluster
    }

    @Test func singleKeys() async throws {
        let cluster = try await Self.cluster()
        let client = cluster.client()
        #expect(try await client.get("a".bytes) == nil)
        let version = try await client.put("a".bytes, "1".bytes)
        #expect(try await client.get("a".bytes) == VersionedValue(value: "1".bytes, version: version))
        #expect(try await client.get("a".bytes, consistency: .stale(atMost: .seconds(1)))?.value == "1".bytes)
        let next = try await client.put("a".bytes, [])
        #expect(next > version)
        #expect(try await client.get("a".bytes)?.value == [])
        #expect(try await client.delete("a".bytes))
        #expect(try await !client.delete("a".bytes))
        try await cluster.stop(client)
    }

    @Test func conditions() async throws {
        let cluster = try await Self.cluster()
        let client = cluster.client()
        let key = "a".bytes
        guard case .swapped(let first) = try await client.compareAndSet(key, to: "1".bytes, expecting: .absent) else {
            Issue.record("the key was absent")
            return
        }
        #expect(
            try await client.compareAndSet(key, to: "2".bytes, expecting: .absent) == .conditionFalse(current: first))
        #expect(
            try await client.compareAndSet(key, to: "2".bytes, expecting: .value("x".bytes))
                == .conditionFalse(current: first))
        guard case .swapped = try await client.compareAndSet(key, to: "2".bytes, expecting: .version(first)) else {
            Issue.record("the version was the expected one")
            return
        }
        let absent = try await client.compareAndSet("b".bytes, to: [], expecting: .version(first))
        #expect(absent == .conditionFalse(current: nil))
        try await cluster.stop(client)
    }

    @Test func anExpiryIsAnAbsoluteTimeOfTheCluster() async throws {
        let cluster = try await Self.cluster()
        let client = cluster.client()
        try await client.put("a".bytes, "1".bytes, expiresAfter: .seconds(30))
        let write = try #require(try await cluster.nodes[0].onLoop { $0.requests.writes.first })
        var cursor = OperationCursor(write)
        let operation = try cursor.next()
        let expiry = try #require(operation?.expiryMilliseconds)
        #expect(expiry == write.issuedAt + 30_000)
        #expect(write.issuedAt >= FakeNode.clusterMilliseconds)
        try await cluster.stop(client)
    }

    /// Right after its start a node does not know yet whether its clock is right.
    @Test func aWriteWaitsUntilSomeNodeTellsTheTime() async throws {
        let cluster = try await Self.cluster()
        for node in cluster.nodes {
            try await node.onLoop { node in
                node.helloMilliseconds = 0
                node.table.clusterMilliseconds = 0
                node.onLookup = { [unowned node] count in
                    if count == 4 { node.table.clusterMilliseconds = FakeNode.clusterMilliseconds }
                }
            }
        }
        let client = cluster.client()
        #expect(try await client.get("a".bytes) == nil)
        try await client.put("a".bytes, "1".bytes, expiresAfter: .seconds(30))
        let write = try #require(try await cluster.nodes[0].onLoop { $0.requests.writes.first })
        #expect(write.issuedAt >= FakeNode.clusterMilliseconds)
        var cursor = OperationCursor(write)
        let operation = try cursor.next()
        #expect(operation?.expiryMilliseconds == write.issuedAt + 30_000)
        try await cluster.stop(client)
    }

    @Test func limitsAreToldBeforeAnythingIsSent() async throws {
        let cluster = try await Self.cluster()
        let client = cluster.client()
        for key in [[], [UInt8](repeating: 1, count: KeyLimits.keyBytesMax + 1)] {
            await #expect(throws: ClientError.self) { _ = try await client.get(key) }
            await #expect(throws: ClientError.self) { _ = try await client.put(key, []) }
        }
        let tooLong = [UInt8](repeating: 1, count: KeyLimits.valueBytesMax + 1)
        let error = await #expect(throws: ClientError.self) { _ = try await client.put([1], tooLong) }
        #expect(error?.code == .invalidRequest)
        #expect(error?.message.contains("\(KeyLimits.valueBytesMax)") == true)
        #expect(try await cluster.nodes[0].onLoop { $0.requests.isEmpty })
        let longest = [UInt8](repeating: 1, count: KeyLimits.keyBytesMax)
        try await client.put(longest, [UInt8](repeating: 2, count: KeyLimits.valueBytesMax))
        #expect(try await client.get(longest)?.value.count == KeyLimits.valueBytesMax)
        try await cluster.stop(client)
    }

    @Test func manyKeysAcrossShards() async throws {
        let cluster = try await Self.cluster(borders: ["b", "c"])
        let client = cluster.client()
        let pairs = (0..<2_500).map { (key: "\(["c", "a", "b"][$0 % 3])\($0)".bytes, value: "\($0)".bytes) }
        try await client.putAll(pairs)
        let found = try await client.get(pairs.map(\.key) + ["zzz".bytes])
        #expect(found.map { $0?.value } == pairs.map { $0.value } + [nil])
        #expect(try await client.get([]) == [])
        try await cluster.stop(client)
    }

    @Test func scansAcrossShards() async throws {
        let cluster = try await Self.cluster(borders: ["c", "e"])
        let client = cluster.client()
        let names = ["a", "b", "c", "d", "e", "f", "g"]
        try await client.putAll(names.map { ($0.bytes, $0.bytes) })
        func scan(_ rows: ScanSequence) async throws -> [String] {
            var found: [String] = []
            for try await row in rows { found.append(String(decoding: row.key, as: UTF8.self)) }
            return found
        }
        #expect(try await scan(client.scan()) == names)
        #expect(try await scan(client.scan(reverse: true)) == names.reversed())
        #expect(try await scan(client.scan(from: "b".bytes, to: "f".bytes)) == ["b", "c", "d", "e"])
        #expect(try await scan(client.scan(from: "b".bytes, to: "f".bytes, reverse: true)) == ["e", "d", "c", "b"])
        #expect(try await scan(client.scan(limit: 5)) == ["a", "b", "c", "d", "e"])
        #expect(try await scan(client.scan(limit: 0)) == [])
        #expect(try await scan(client.scan(from: "f".bytes, to: "b".bytes)) == [])
        #expect(try await scan(client.scan(from: "x".bytes)) == [])
        for try await row in client.scan(limit: 1, keysOnly: true) { #expect(row.value.isEmpty) }
        for try await row in client.scan(limit: 1) { #expect(row.value == "a".bytes) }
        try await cluster.stop(client)
    }

    /// Tasks on the client's own loop, as the load generator runs them.
    @Test func tasksOnTheLoop() async throws {
        let cluster = try await Self.cluster()
        let client = cluster.client()
        let executor = LoopTaskExecutor(loop: cluster.loop)
        let loop = cluster.loop
        let total = await withTaskGroup(of: Int.self) { tasks in
            for task in 0..<50 {
                tasks.addTask(executorPreference: executor) {
                    var count = 0
                    for round in 0..<10 {
                        guard loop.inEventLoop else { return 0 }
                        let key = "\(task)-\(round)".bytes
                        guard (try? await client.put(key, key)) != nil else { continue }
                        if let found = try? await client.get(key), found.value == key { count += 1 }
                    }
                    return count
                }
            }
            return await tasks.reduce(0, +)
        }
        #expect(total == 500)
        try await cluster.stop(client)
    }
}
