import Host
import Keyspace
import Raft
import Storage
import Synchronization
import Testing
import Wire

@testable import DShardServer

/// The applier's thread, in which order it says what it did.
@Suite struct ApplyWorkerTests {
    private let parent = Descriptor(
        shard: ShardID(2), range: KeyRange(start: .user([1]), end: .user([2])), epoch: Epoch(version: 1, config: 1),
        configuration: Configuration(voters: [Member(replica: ReplicaID(1), node: NodeID(1))]),
        nextReplica: ReplicaID(2))
    private let child = ShardID(50)

    private var splitEntry: Entry<EncodedEntry> {
        let command = SplitCommand(epoch: parent.epoch, key: .user([1, 5]), child: child, first: NodeID(1))
        let encoded = command.encode(term: Term(1), index: LogIndex(1))
        return Entry(index: LogIndex(1), term: Term(1), content: .payload(encoded))
    }

    /// The next start leaves out the replica whose entry cannot be applied, so it must be said which that is.
    @Test func anAbsorbThatFailsIsItsShards() throws {
        var applier = Applier(sessionWindowMilliseconds: 600_000)
        let first = AppliedState(
            appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero, lastVersion: .zero,
            sessionsCheckpoint: .zero)
        applier.add(ShardState(descriptor: parent, replica: ReplicaID(1), applied: first))
        var right = parent
        right.shard = ShardID(3)
        right.range = KeyRange(start: .user([2]), end: .user([3]))
        // No merge is pending, and nobody has the other shard.
        let command = MergeCommand.absorb(
            MergeCommand.Absorb(
                merge: 1, frozen: LogPosition(index: LogIndex(1), term: Term(1)), lastVersion: .zero, right: right))
        let encoded = command.encode(term: Term(1), index: LogIndex(1))
        let task = ApplyTask(
            shard: parent.shard, replica: ReplicaID(1),
            entries: [Entry(index: LogIndex(1), term: Term(1), content: .payload(encoded))], wantsOutcomes: false)
        let failures = Mutex<[LogName?]>([])
        let worker = ApplyWorker(
            store: MemoryEngine(), applier: applier, onAwaited: {}, onDestroyed: { _ in }, onScan: { _ in },
            onFailure: { name, _ in failures.withLock { $0.append(name) } })
        worker.submit([.change(.absorb(task, LogName(shard: right.shard, replica: ReplicaID(1))))])
        worker.stop()
        worker.run()
        #expect(failures.withLock { $0 } == [LogName(shard: parent.shard, replica: ReplicaID(1))])
    }

    /// What the lane would hear of at the end of a replica.
    private final class Heard: Sendable {
        let worker = Mutex<ApplyWorker?>(nil)
        let applied = Mutex<[AppliedBatch]?>(nil)

        func take() {
            let batches = worker.withLock { $0 }?.takeApplied()
            applied.withLock { $0 = batches }
        }
    }

    /// Rule 30: whoever hears that the parent is gone, and takes its keys for free, must know what it has split off.
    @Test func aSplitIsReportedBeforeTheEndOfItsParent() throws {
        var applier = Applier(sessionWindowMilliseconds: 600_000)
        let first = AppliedState(
            appliedIndex: .zero, appliedTerm: .zero, baseIndex: .zero, baseTerm: .zero, lastVersion: .zero,
            sessionsCheckpoint: .zero)
        applier.add(ShardState(descriptor: parent, replica: ReplicaID(1), applied: first))
        let heard = Heard()
        let worker = ApplyWorker(
            store: MemoryEngine(), applier: applier, onAwaited: {},
            onDestroyed: { _ in heard.take() }, onScan: { _ in },
            onFailure: { _, error in Issue.record("\(error)") })
        heard.worker.withLock { $0 = worker }
        let task = ApplyTask(
            shard: parent.shard, replica: ReplicaID(1), entries: [splitEntry], wantsOutcomes: false)
        let name = LogName(shard: parent.shard, replica: ReplicaID(1))
        let end = DestroyTask(name: name, range: parent.range, returns: false)
        // All of it is there before the thread begins: one look into the mailbox takes it.
        worker.submit([.entries(task), .change(.destroy(end))])
        worker.stop()
        worker.run()
        heard.worker.withLock { $0 = nil }
        let applied = try #require(heard.applied.withLock { $0 })
        #expect(applied.flatMap(\.births).map(\.descriptor.shard) == [child])
    }
}
