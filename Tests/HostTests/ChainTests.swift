import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// The chained hash at the applier (rule 39). That it does not depend on where batches end is among what
/// `ApplyOrderTests` compares.
@Suite struct ChainTests {
    private func check(_ index: UInt64, scan: Bool = true) -> Entry<EncodedEntry> {
        let encoded = CheckCommand(wantsScan: scan).encode(term: Term(1), index: LogIndex(index))
        return Entry(index: LogIndex(index), term: Term(1), content: .payload(encoded))
    }

    private func put(_ index: UInt64, _ value: UInt8, ifAbsent: Bool = false) throws -> Entry<EncodedEntry> {
        let operations = try Fixture.operations { list in
            if ifAbsent {
                try list.putIfAbsent(Fixture.key(0, 1), [value])
            } else {
                try list.put(Fixture.key(0, 1), [value])
            }
        }
        return try Fixture.entry(
            index: index, stamp: Timestamp(milliseconds: Fixture.start + index), [(CommandHeader(), operations)])
    }

    private func apply(
        _ entries: [Entry<EncodedEntry>], endingAt ends: [Int] = [],
        prepare: (inout ApplyBench) throws -> Void = { _ in }
    ) throws -> (checks: [AppliedCheck], chain: ChainedHash) {
        var bench = try ApplyBench()
        try prepare(&bench)
        var checks: [AppliedCheck] = []
        var from = 0
        for end in ends + [entries.count] where end > from {
            let task = ApplyTask(
                shard: bench.descriptor.shard, replica: ReplicaID(1), entries: Array(entries[from..<end]),
                wantsOutcomes: false)
            let batch = bench.engine.makeBatch()
            let applied = try #require(try bench.applier.apply(task, store: bench.engine, batch: batch))
            try bench.engine.write(batch, writer: 1)
            checks += applied.checks
            from = end
        }
        return (checks, try bench.state.applied.chain)
    }

    @Test func aCheckTellsTheChainAtItsEntryWhereverTheBatchEnds() throws {
        let log = [try put(1, 1), check(2), try put(3, 2, ifAbsent: true), check(4, scan: false), try put(5, 3)]
        let reference = try apply(log)
        #expect(reference.checks.map(\.position.index) == [LogIndex(2), LogIndex(4)])
        #expect(reference.checks.map(\.wantsScan) == [true, false])
        #expect(Set(reference.checks.map(\.chain)).count == 2)
        for end in 1..<log.count {
            let other = try apply(log, endingAt: [end])
            #expect(other.checks == reference.checks, "a batch ends at \(end)")
            #expect(other.chain == reference.chain, "a batch ends at \(end)")
        }
    }

    @Test func whatAnEntryDoesIsInTheChain() throws {
        let log = [try put(1, 1, ifAbsent: true)]
        let chain = try apply(log).chain
        #expect(try apply([try put(1, 2, ifAbsent: true)]).chain != chain)
        #expect(try apply([try put(1, 1)]).chain != chain)
        // The same entry, and another outcome: the row is there already on one replica.
        let other = try apply(log) { bench in
            let batch = bench.engine.makeBatch()
            let header = DataValue.header(version: Timestamp(5)).array
            Rows.put(Fixture.key(0, 1).bytes, header + [9], batch)
            try bench.engine.write(batch, writer: 1)
        }
        #expect(other.chain != chain)
    }

    @Test func aSplitBeginsBothPartsAnew() throws {
        var bench = try ApplyBench()
        let replica = ReplicaID(1)
        let child = ShardID(50)
        let command = SplitCommand(
            epoch: bench.descriptor.epoch, key: Fixture.key(0, 5), child: child, first: NodeID(1))
        let split = Entry(
            index: LogIndex(2), term: Term(1),
            content: .payload(command.encode(term: Term(1), index: LogIndex(2))))
        let task = ApplyTask(
            shard: bench.descriptor.shard, replica: replica, entries: [try put(1, 1), split], wantsOutcomes: false)
        let batch = bench.engine.makeBatch()
        _ = try bench.applier.apply(task, store: bench.engine, batch: batch)
        try bench.engine.write(batch, writer: 1)
        #expect(try bench.state.applied.chain == ChainedHash())
        #expect(bench.applier.state(of: child)?.applied.chain == ChainedHash())
    }

    @Test func nothingFollowsAScanInItsBatch() throws {
        let name = LogName(shard: ShardID(2), replica: ReplicaID(1))
        func work(_ entry: Entry<EncodedEntry>, of shard: ShardID) -> ApplyWork {
            .entries(ApplyTask(shard: shard, replica: name.replica, entries: [entry], wantsOutcomes: false))
        }
        let work = [
            work(check(1), of: name.shard), work(try put(1, 1), of: ShardID(3)), work(try put(2, 1), of: name.shard),
            work(check(3, scan: false), of: name.shard), work(try put(4, 1), of: name.shard),
        ]
        var next = 0
        var rounds: [[Int]] = []
        while next < work.count {
            guard case .entries(let tasks) = ApplyWork.nextRound(of: work, from: &next, byteGoal: .max) else { break }
            rounds.append(tasks.map(\.entries.count))
        }
        #expect(rounds == [[1, 1], [3]])
    }

    @Test func everyByteOfTheInputCounts() {
        for count in [0, 1, 7, 8, 9, 31, 32, 33, 64, 100] {
            let bytes = (0..<count).map { UInt8($0) }
            var seen: Set<UInt64> = [hash(bytes), hash(bytes + [0])]
            for position in bytes.indices {
                var other = bytes
                other[position] ^= 1
                seen.insert(hash(other))
            }
            #expect(seen.count == count + 2, "\(count) bytes")
        }
        // What replicas of different builds compare: never another number for the same input.
        #expect(hash((0..<43).map { UInt8($0) }) == 0xF4D7443EB60356B6)
    }

    private func hash(_ bytes: [UInt8]) -> UInt64 {
        var hash = ChainedHash()
        bytes.withBytes { hash.mix($0) }
        return hash.rawValue
    }
}
