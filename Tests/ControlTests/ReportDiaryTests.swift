import Control
import Keyspace
import NIOCore
import Placement
import Raft
import Testing
import Wire

/// Reports are short when nothing happens, whole for whoever is new, and cut into frames.
@Suite struct ReportDiaryTests {
    private func shards(_ count: UInt64, keyBytes: Int = 1) -> [PlacementReport.LedShard] {
        (1...count).map { number in
            let start = Key.user(Array(repeating: UInt8(clamping: number % 200), count: keyBytes))
            return PlacementReport.LedShard(
                descriptor: Descriptor(
                    shard: ShardID(number), range: KeyRange(start: start, end: .end),
                    epoch: Epoch(version: 1, config: 1),
                    configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
                    nextReplica: ReplicaID(2)),
                leader: ReplicaID(1), term: Term(1))
        }
    }

    @Test func onlyNewsIsRepeated() {
        var diary = ReportDiary()
        var known = shards(100)
        func news(_ node: UInt64, _ term: UInt64, _ isForAll: Bool = false) -> Int {
            diary.news(of: known, for: NodeID(node), term: Term(term), isForAll: isForAll).count
        }
        #expect(news(1, 1) == 100)
        #expect(news(1, 1) == 0)
        known[7].bytes = 9
        #expect(news(1, 1) == 1)
        #expect(news(1, 2) == 100)
        #expect(news(2, 2) == 100)
        #expect(news(2, 2, true) == 100)
        known.removeFirst(50)
        #expect(news(2, 2) == 0)
    }

    @Test func everythingIsRepeatedNowAndThenAndNotAtOnce() {
        var diary = ReportDiary()
        let known = shards(320)
        _ = diary.news(of: known, for: NodeID(1), term: Term(1), isForAll: true)
        var told: Set<ShardID> = []
        for _ in 0..<32 {
            let news = diary.news(of: known, for: NodeID(1), term: Term(1), isForAll: false)
            #expect(news.count <= 32)
            told.formUnion(news.map(\.descriptor.shard))
        }
        #expect(told.count == 320)
    }

    @Test(arguments: [1, 1_000])
    func framesAreSmallAndLackNothing(keyBytes: Int) {
        let known = shards(2_500, keyBytes: keyBytes)
        let frames = ReportDiary.frames(
            term: Term(1), node: .init(capacityBytes: 1, freeBytes: 1), shards: known)
        #expect(frames.flatMap(\.shards) == known)
        for frame in frames {
            var buffer = ByteBuffer()
            #expect(frame.encode(into: &buffer))
            #expect(buffer.readableBytes <= PlacementReport.frameBytesMax + 1_024)
            #expect(frame.shards.count <= PlacementReport.shardsMax)
        }
        #expect(ReportDiary.frames(term: Term(1), node: .init(capacityBytes: 1, freeBytes: 1), shards: []).count == 1)
    }
}
