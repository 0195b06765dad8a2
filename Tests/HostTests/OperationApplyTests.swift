import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Testing
import Wire

/// What operations find of each other in one batch (rule 18), expiry (rule 21) and versions (rule 19).
@Suite struct OperationApplyTests {
    private let key = Fixture.key(0, 1)

    @Test("a condition sees what stands before it in the same batch")
    func overlay() throws {
        var bench = try ApplyBench()
        let stamp = Timestamp(milliseconds: Fixture.start)
        let key = key
        let outcomes = try bench.apply(at: 0) { list in
            try list.put(key, [1])
            try list.compareAndSet(key, [2], expect: [1])
            try list.compareAndSet(key, [3], expectVersion: stamp.advanced(by: 1))
            try list.putIfAbsent(key, [4])
            try list.delete(key)
            try list.delete(key)
            try list.compareAndSet(key, [5], expect: [3])
            try list.putIfAbsent(key, [6])
            try list.compareAndSet(key, [7], expect: [3])
        }
        #expect(
            outcomes == [
                .put(version: stamp), .swapped(version: stamp.advanced(by: 1)),
                .swapped(version: stamp.advanced(by: 2)), .conditionFalse(current: stamp.advanced(by: 2)),
                .deleted(existed: true, version: stamp.advanced(by: 4)),
                .deleted(existed: false, version: stamp.advanced(by: 5)), .conditionFalse(current: nil),
                .swapped(version: stamp.advanced(by: 7)), .conditionFalse(current: stamp.advanced(by: 7)),
            ])
        #expect(try value(in: bench) == [6])
    }

    @Test("plain puts in a batch whose reads come in a later entry are seen too")
    func overlayAcrossEntries() throws {
        var bench = try ApplyBench()
        let first = try Fixture.operations { try $0.put(key, [1]) }
        let second = try Fixture.operations { try $0.putIfAbsent(key, [2]) }
        let stamp = Timestamp(milliseconds: Fixture.start)
        try bench.apply([
            try Fixture.entry(index: 1, stamp: stamp, [(CommandHeader(), first)]),
            try Fixture.entry(index: 2, stamp: stamp.advanced(by: 1), [(CommandHeader(), second)]),
        ])
        #expect(bench.outcomes.last == [.done(.one(.conditionFalse(current: stamp)))])
        #expect(try value(in: bench) == [1])
    }

    /// Rule 21: absent iff expiry ≤ the entry's stamp, physically there or not.
    @Test("a record is absent from its expiry on, to the millisecond")
    func expiry() throws {
        for (now, isThere) in [(UInt64(99), true), (100, false), (101, false)] {
            var bench = try ApplyBench()
            try bench.apply(at: 0) { try $0.put(key, [1], expiryMilliseconds: Fixture.start + 100) }
            let absent = try bench.apply(at: now) { try $0.putIfAbsent(key, [2]) }
            if isThere {
                #expect(absent == [.conditionFalse(current: Timestamp(milliseconds: Fixture.start))])
            } else {
                #expect(absent == [.swapped(version: Timestamp(milliseconds: Fixture.start + now))])
            }
        }
    }

    @Test("a record written with an expiry that is over is absent for the next operation")
    func alreadyOver() throws {
        var bench = try ApplyBench()
        let stamp = Timestamp(milliseconds: Fixture.start + 5)
        let outcomes = try bench.apply(at: 5) { list in
            try list.put(key, [1], expiryMilliseconds: Fixture.start + 5)
            try list.delete(key)
            try list.put(key, [1], expiryMilliseconds: Fixture.start + 6)
            try list.delete(key)
        }
        #expect(outcomes[1] == .deleted(existed: false, version: stamp.advanced(by: 1)))
        #expect(outcomes[3] == .deleted(existed: true, version: stamp.advanced(by: 3)))
    }

    /// Rule 19: operation i has stamp + i, over all commands of the entry, refused and repeated ones included.
    @Test("versions are used up by commands that take no effect")
    func versions() throws {
        var bench = try ApplyBench()
        let stamp = Timestamp(milliseconds: Fixture.start)
        let header = CommandHeader(session: 1, sequence: 1, doneBelow: 0, issuedAt: Fixture.start)
        let two = try Fixture.operations { list in
            try list.put(key, [1])
            try list.put(key, [2])
        }
        let one = try Fixture.operations { try $0.put(Fixture.key(0, 2), [3]) }
        try bench.apply([
            try Fixture.entry(index: 1, stamp: stamp, [(header, two), (header, two), (CommandHeader(), one)])
        ])
        let first = CommandOutcome.done(.many([.put(version: stamp), .put(version: stamp.advanced(by: 1))]))
        #expect(bench.outcomes == [[first, first, .done(.one(.put(version: stamp.advanced(by: 4))))]])
        #expect(try bench.state.applied.lastVersion == stamp.advanced(by: 4))
    }

    @Test("an entry without commands moves replicated time")
    func emptyEntry() throws {
        var bench = try ApplyBench()
        let stamp = Timestamp(milliseconds: Fixture.start + 77)
        try bench.apply([try Fixture.entry(index: 1, stamp: stamp, [])])
        #expect(try bench.state.applied.lastVersion == stamp)
    }

    @Test("an entry of another epoch changes nothing")
    func epoch() throws {
        var bench = try ApplyBench()
        let operations = try Fixture.operations { try $0.put(key, [1]) }
        let stamp = Timestamp(milliseconds: Fixture.start)
        try bench.apply([
            try Fixture.entry(index: 1, stamp: stamp, epochVersion: 2, [(CommandHeader(), operations)])
        ])
        #expect(bench.outcomes == [[.refused(.epochMismatch([bench.descriptor]))]])
        #expect(try value(in: bench) == nil)
    }

    @Test("a gap in the log, and bytes that cannot be read, stop the replica")
    func refusesWhatItCannotRead() throws {
        var bench = try ApplyBench()
        let stamp = Timestamp(milliseconds: Fixture.start)
        let late = try Fixture.entry(index: 2, stamp: stamp, [])
        #expect(throws: ApplyError.gap(expected: LogIndex(1), found: LogIndex(2))) { try bench.apply([late]) }

        bench = try ApplyBench()
        var broken = try Fixture.entry(index: 1, stamp: stamp, [])
        guard case .payload(var payload) = broken.content else { return }
        payload.bytes.setInteger(UInt8(9), at: payload.bytes.readerIndex + 8)
        broken.content = .payload(payload)
        #expect(throws: ApplyError.self) { try bench.apply([broken]) }
    }

    /// The user's bytes of the key.
    private func value(in bench: ApplyBench) throws -> [UInt8]? {
        let rows = try Rows.between(key.bytes, key.successor.bytes, in: bench.engine)
        guard let stored = rows.first?.value else { return nil }
        let offset = try stored.withBytes { (bytes) throws(StorageError) in try DataValue.decode(bytes).valueOffset }
        return Array(stored[offset...])
    }
}
