import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

@testable import DShardServer

/// Gets that two threads answer together.
@Suite struct WarmReadsTests {
    private static let count = 2_000
    private static let applied: UInt64 = 10_000
    private static let cluster: UInt64 = 10_050

    /// What row `number` is to a reader: a value, nothing, expired, due, or no record at all.
    private enum Row: Int { case value, missing, expired, due, malformed }

    private static func row(_ number: Int) -> Row { Row(rawValue: number % 5) ?? .value }
    private static func key(_ number: Int) -> Key { Key([0x75, UInt8(number >> 8), UInt8(number & 255)]) }
    private static func value(_ number: Int) -> [UInt8] { [UInt8](repeating: UInt8(number & 255), count: number % 70) }

    private func makeStore() throws -> MemoryEngine {
        let store = MemoryEngine()
        let batch = store.makeBatch()
        for number in 0..<Self.count {
            let expiry: UInt64?
            switch Self.row(number) {
            case .missing: continue
            case .expired: expiry = Self.applied
            case .due: expiry = Self.cluster
            case .value, .malformed: expiry = number % 2 == 0 ? Self.cluster + 1 : nil
            }
            let header = DataValue.header(version: Timestamp(UInt64(number)), expiry: expiry)
            Self.key(number).bytes.withBytes { key in
                if Self.row(number) == .malformed {
                    [UInt8(0xff)].withBytes { batch.put(key, header: RawSpan(), value: $0) }
                } else {
                    header.withBytes { header in
                        Self.value(number).withBytes { batch.put(key, header: header, value: $0) }
                    }
                }
            }
        }
        try store.write(batch, writer: 1)
        return store
    }

    private func makeReads(_ store: MemoryEngine) throws -> WarmReads {
        let tasks = (0..<3).map {
            WarmReads.Task(
                generation: ReadGeneration(shard: ShardID(UInt64($0)), replica: ReplicaID(1), version: 1),
                applied: Timestamp(milliseconds: Self.applied))
        }
        let gets = try (0..<Self.count).map { number in
            var keys = KeyList()
            try keys.append(Self.key(number))
            return WarmReads.Get(
                reference: RequestReference(connection: UInt64(number / 7 % 4 + 1), id: UInt64(number)),
                request: GetRequest(
                    route: RouteStamp(shard: ShardID(1), version: 1), consistency: .linearizable, keys: keys),
                key: try #require(keys.first), task: number / 50 % 3)
        }
        return WarmReads(gets: gets, tasks: tasks, store: store, clusterMilliseconds: Self.cluster)
    }

    @Test("each get is answered once, by one of two threads, with what its row is")
    func answers() async throws {
        let reads = try makeReads(makeStore())
        let parts = await withTaskGroup(of: WarmAnswers.self) { group in
            for _ in 0..<2 { group.addTask { reads.answer() ?? WarmAnswers() } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var seen = Set<Int>()
        for part in parts {
            for var run in part.runs {
                for id in run.ids {
                    let number = Int(id)
                    #expect(seen.insert(number).inserted)
                    #expect(run.connection == reads.gets[number].reference.connection)
                    #expect(run.task == reads.gets[number].task)
                    let frame = try #require(
                        try FrameParser.nextFrame(from: &run.frames, flavor: .client, limit: 1 << 20))
                    try check(ClientResponse.decode(frame), number)
                }
                #expect(run.frames.readableBytes == 0)
            }
            for (position, reason) in part.rest {
                #expect(seen.insert(position).inserted)
                switch (Self.row(position), reason) {
                case (.due, .due), (.malformed, .failed): break
                default: Issue.record("row \(position): \(reason)")
                }
            }
        }
        #expect(seen.count == Self.count)
    }

    /// A client may ask for one large value a thousand times in one packet.
    @Test("answers are handed out before they are large, and those nobody waits for are not made")
    func bounds() throws {
        let store = MemoryEngine()
        let batch = store.makeBatch()
        let value = [UInt8](repeating: 7, count: WarmReads.answerBytesMax / 4)
        Self.key(0).bytes.withBytes { key in
            DataValue.header(version: Timestamp(1)).withBytes { header in
                value.withBytes { batch.put(key, header: header, value: $0) }
            }
        }
        try store.write(batch, writer: 1)
        var keys = KeyList()
        try keys.append(Self.key(0))
        let request = GetRequest(
            route: RouteStamp(shard: ShardID(1), version: 1), consistency: .linearizable, keys: keys)
        let key = try #require(keys.first)
        let reads = WarmReads(
            gets: (0..<100).map {
                WarmReads.Get(
                    reference: RequestReference(connection: UInt64($0 % 2), id: UInt64($0)), request: request, key: key,
                    task: 0)
            },
            tasks: [
                WarmReads.Task(
                    generation: ReadGeneration(shard: ShardID(1), replica: ReplicaID(1), version: 1), applied: .zero)
            ], store: store, clusterMilliseconds: 0)
        var ids: [UInt64] = []
        var left: [Int] = []
        while let answers = reads.answer(isTaken: { $0 == 1 }) {
            #expect(answers.byteCount < 2 * WarmReads.answerBytesMax + 1_000)
            #expect(answers.byteCount == answers.runs.reduce(0) { $0 + $1.frames.readableBytes })
            ids += answers.runs.flatMap(\.ids)
            left += answers.rest.map(\.position)
        }
        #expect(ids == (0..<100).filter { $0 % 2 == 1 })
        #expect(left == (0..<100).filter { $0 % 2 == 0 })
    }

    private func check(_ response: ClientResponse, _ number: Int) throws {
        #expect(response.id == UInt64(number))
        var expected = ValueList()
        switch Self.row(number) {
        case .value:
            Self.value(number).withBytes { expected.append(version: Timestamp(UInt64(number)), value: $0) }
        case .missing, .expired: expected.appendAbsent()
        case .due, .malformed: Issue.record("row \(number) was answered")
        }
        #expect(response.body == .values(expected))
    }
}
