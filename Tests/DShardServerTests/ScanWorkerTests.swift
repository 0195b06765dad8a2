import class Foundation.Thread
import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Synchronization
import Testing
import Wire

@testable import DShardServer

/// The thread that reads replicas for checks.
@Suite struct ScanWorkerTests {
    /// What came of the scans, in order.
    private final class Heard: Sendable {
        let events = Mutex<[ScanEvent]>([])

        var shards: [UInt64] {
            events.withLock { events in
                events.map { event in
                    switch event {
                    case .done(let name, _, _), .unreadable(let name, _, _): name.shard.rawValue
                    case .dropped(let name, _): name.shard.rawValue + 100
                    }
                }
            }
        }
    }

    private static let position = LogPosition(index: .zero, term: .zero)

    /// A store with two shards: the first has `large` rows of a kilobyte, the second one row.
    private func store(large: Int) throws -> MemoryEngine {
        let engine = MemoryEngine()
        let batch = engine.makeBatch()
        func put(_ key: [UInt8], _ value: [UInt8]) {
            key.withBytes { key in value.withBytes { batch.put(key, header: $0, value: RawSpan()) } }
        }
        for number in UInt64(1)...2 {
            let descriptor = Descriptor(
                shard: ShardID(number),
                range: KeyRange(start: .user([UInt8(number)]), end: .user([UInt8(number + 1)])),
                epoch: Epoch(version: 1, config: 1),
                configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
                nextReplica: ReplicaID(2))
            let applied = AppliedState(
                appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero, lastVersion: .zero,
                sessionsCheckpoint: .zero)
            put(ShardRecordKey.descriptor(descriptor.shard).array, DescriptorRecord.encode(descriptor))
            put(ShardRecordKey.appliedState(descriptor.shard).array, applied.encode())
            for row in 0..<(number == 1 ? large : 1) {
                let value = DataValue.header(version: Timestamp(5)).array + [UInt8](repeating: 7, count: 1_024)
                put(Key.user([UInt8(number), UInt8(row >> 8), UInt8(row & 0xFF)]).bytes, value)
            }
        }
        try engine.write(batch, writer: 1)
        return engine
    }

    private func task(_ shard: UInt64, _ engine: MemoryEngine) throws -> ScanTask {
        ScanTask(
            name: LogName(shard: ShardID(shard), replica: ReplicaID(1)),
            check: AppliedCheck(position: Self.position, chain: 0, wantsScan: true), snapshot: try engine.snapshot())
    }

    private func worker(_ heard: Heard, bytesPerSecond: Int) -> ScanWorker {
        ScanWorker(
            sessionWindowMilliseconds: 600_000, bytesPerSecond: bytesPerSecond,
            onEvent: { event in heard.events.withLock { $0.append(event) } },
            onFailure: { Issue.record("\($0)") })
    }

    /// Until all have ended; the thread is this one.
    private func run(_ worker: ScanWorker, _ heard: Heard, events count: Int) {
        let watcher = Thread {
            while heard.events.withLock({ $0.count }) < count { Thread.sleep(forTimeInterval: 0.001) }
            worker.stop()
        }
        watcher.start()
        worker.run()
    }

    @Test func aSmallOneDoesNotWaitForALargeOne() throws {
        let engine = try store(large: 2_000)
        let heard = Heard()
        let worker = worker(heard, bytesPerSecond: 8 << 20)
        worker.submit(try task(1, engine))
        worker.submit(try task(2, engine))
        run(worker, heard, events: 2)
        #expect(heard.shards == [2, 1])
    }

    @Test func theRateIsKept() throws {
        let engine = try store(large: 2_000)
        let heard = Heard()
        let worker = worker(heard, bytesPerSecond: 8 << 20)
        worker.submit(try task(1, engine))
        let began = ContinuousClock.now
        run(worker, heard, events: 1)
        // Two megabytes; the last piece is not paid for.
        #expect(ContinuousClock.now - began > .milliseconds(200))
    }

    @Test func oneThatNobodyWaitsForIsGivenUp() throws {
        let engine = try store(large: 2_000)
        let heard = Heard()
        let worker = worker(heard, bytesPerSecond: 1)
        worker.submit(try task(1, engine))
        worker.giveUp(ShardID(1), at: LogPosition(index: LogIndex(9), term: .zero))
        #expect(heard.shards.isEmpty)
        worker.giveUp(ShardID(1), at: Self.position)
        worker.giveUp(ShardID(1), at: Self.position)
        #expect(heard.shards == [101])
        worker.submit(try task(2, engine))
        run(worker, heard, events: 2)
        #expect(heard.shards == [101, 2])
    }
}
