import RocksEngine
import Storage
import StorageConformance
import Testing

/// What a survey says of real data, against the truth.
@Suite struct RangeSurveyTests {
    /// How a range came to be.
    struct Past: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var rows = 0
        var rounds = 1
        /// A value is random in this part of its bytes, in percent: the rest compresses well.
        var randomPercent = 100
        var valueBytes = 300
        var deletesPercent = 0
        var isFlushed = false
    }

    static let pasts = [
        Past(testDescription: "all in write buffers", rows: 58_000),
        Past(testDescription: "grown, in files and buffers", rows: 120_000),
        Past(testDescription: "all in files", rows: 60_000, isFlushed: true),
        Past(testDescription: "compresses well", rows: 80_000, randomPercent: 30),
        Past(testDescription: "overwritten", rows: 60_000, rounds: 4),
        Past(testDescription: "overwritten, in files", rows: 60_000, rounds: 3, isFlushed: true),
        Past(testDescription: "large values", rows: 400, valueBytes: 60_000),
        Past(testDescription: "small values", rows: 500_000, valueBytes: 24),
        Past(testDescription: "half of it deleted", rows: 120_000, deletesPercent: 50),
    ]

    @Test(arguments: pasts) func nearTheTruth(_ past: Past) throws {
        let folder = try TemporaryFolder()
        do {
            let engine = try Store.open(folder.path).engine
            try Self.fill(engine, past)
            if !past.isFlushed { try Self.compare(engine) }
            try engine.close()
        }
        // What was in write buffers is in files now.
        if past.isFlushed { try Self.compare(try Store.open(folder.path).engine) }
    }

    private static func compare(_ engine: RocksEngine) throws {
        // Between other data, as a shard is.
        let (from, to) = (Array("key".utf8), Array("kez".utf8))
        let truth = try Self.truth(engine, from, to)
        #expect(truth.bytes >= 16 << 20)
        let found = try RangeSurvey.estimate(engine, from: from, to: to, middleFrom: 1 << 20)
        expect(found.bytes, near: truth.bytes, "bytes")
        expect(found.keys, near: truth.keys, "keys")
        let middle = try #require(found.middle)
        let half = try Self.truth(engine, from, middle).bytes
        #expect(half > truth.bytes * 3 / 8 && half < truth.bytes * 5 / 8, "\(half) of \(truth.bytes)")
    }

    private static func expect(_ found: UInt64, near truth: UInt64, _ what: String) {
        #expect(found > truth * 3 / 4 && found < truth * 5 / 4, "\(found) \(what) for \(truth)")
    }

    private static func truth(_ engine: RocksEngine, _ from: [UInt8], _ to: [UInt8]) throws -> RangeEstimate {
        var found = RangeEstimate()
        let snapshot = try engine.snapshot()
        try from.withBytes { (from) throws(StorageError) in
            try to.withBytes { (to) throws(StorageError) in
                try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                    found.keys += 1
                    found.bytes += UInt64(key.byteCount + value.byteCount)
                    return true
                }
            }
        }
        return found
    }

    private static func fill(_ engine: RocksEngine, _ past: Past) throws {
        var draw = Draw(seed: 7)
        let filler = [UInt8](repeating: 0x61, count: past.valueBytes)
        let random = past.valueBytes * past.randomPercent / 100
        let noise = (0..<(past.valueBytes + 4_096)).map { _ in UInt8(truncatingIfNeeded: draw.below(256)) }
        for _ in 0..<past.rounds {
            var order = Array(0..<past.rows)
            for position in order.indices { order.swapAt(position, draw.below(order.count)) }
            for portion in stride(from: 0, to: order.count, by: 100) {
                let batch = engine.makeBatch()
                for row in order[portion..<min(portion + 100, order.count)] {
                    var value = filler
                    let start = draw.below(4_096)
                    value.replaceSubrange(0..<random, with: noise[start..<(start + random)])
                    value[0] = UInt8(truncatingIfNeeded: row)
                    put(batch, "key\(1_000_000_000 + row)", value)
                    if row % 8 == 0 { put(batch, row % 16 == 0 ? "a\(row)" : "z\(row)", value) }
                }
                try engine.write(batch, writer: 1)
            }
        }
        for row in 0..<past.rows where draw.below(100) < past.deletesPercent {
            let batch = engine.makeBatch()
            Array("key\(1_000_000_000 + row)".utf8).withBytes { batch.delete($0) }
            try engine.write(batch, writer: 1)
        }
    }

    private static func put(_ batch: any StateBatch, _ key: String, _ value: [UInt8]) {
        Array(key.utf8).withBytes { key in
            value.withBytes { value in [].withBytes { batch.put(key, header: $0, value: value) } }
        }
    }

    @Test func smallRangesAreCounted() throws {
        let folder = try TemporaryFolder()
        let engine = try Store.open(folder.path).engine
        let (from, to) = (Array("key".utf8), Array("kez".utf8))
        #expect(try RangeSurvey.estimate(engine, from: from, to: to, middleFrom: 0) == RangeEstimate())
        try Self.fill(engine, Past(testDescription: "", rows: 500))
        let truth = try Self.truth(engine, from, to)
        #expect(try RangeSurvey.estimate(engine, from: from, to: to, middleFrom: 1 << 20) == truth)
        #expect(truth.keys == 500)
        try engine.close()
    }

    /// Two rows have a middle, and one has none: a shard of one row cannot be split.
    @Test func fewRows() throws {
        let folder = try TemporaryFolder()
        let engine = try Store.open(folder.path).engine
        let (from, to) = (Array("key".utf8), Array("kez".utf8))
        let batch = engine.makeBatch()
        Self.put(batch, "keyA", [UInt8](repeating: 1, count: 1 << 20))
        try engine.write(batch, writer: 1)
        #expect(try RangeSurvey.estimate(engine, from: from, to: to, middleFrom: 1).middle == nil)
        Self.put(batch, "keyB", [UInt8](repeating: 2, count: 1 << 20))
        try engine.write(batch, writer: 1)
        let found = try RangeSurvey.estimate(engine, from: from, to: to, middleFrom: 1)
        #expect(found.middle == Array("keyB".utf8))
        #expect(found.keys == 2)
        try engine.close()
    }
}
