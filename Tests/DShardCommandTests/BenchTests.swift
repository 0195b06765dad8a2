import ArgumentParser
import DShardClient
import Testing

@testable import dshard

@Suite("The figures of a benchmark")
struct BenchTests {
    @Test("The longest time without a success counts the start and the end")
    func gaps() {
        var gap = GapMeter(start: 100)
        gap.success(at: 50)
        gap.success(at: 130)
        gap.success(at: 190)
        gap.success(at: 170)
        #expect(gap.longest == 60)
        gap.finish(at: 260)
        #expect(gap.longest == 70)
        var silent = GapMeter(start: 0)
        silent.finish(at: 9)
        #expect(silent.longest == 9)
    }

    @Test("Warmup does not count, what began in the measured time does, errors are no operations")
    func tally() {
        let second: UInt64 = 1_000_000_000
        var tally = BenchTally(begin: second)
        tally.record(.ok, start: second - 1, end: second + 5_000_000)
        for operation in 0..<98 as Range<UInt64> {
            let start = second + operation * 1_000_000
            tally.record(.ok, start: start, end: start + 1_000_000)
        }
        tally.record(.ok, start: second, end: second + 500_000_000)
        tally.record(.failed, start: second, end: second + 1)
        tally.record(.unknown, start: second, end: second + 700_000_000)
        let figures = tally.finish(end: second + 600_000_000)
        #expect(figures.operations == 99 && figures.errors == 1 && figures.unknown == 1)
        #expect(tally.successes == 100)
        #expect(figures.duration == 700_000_000)
        #expect(figures.longest == 500_000_000)
        #expect(figures.p50 >= 999_000 && figures.p50 <= 1_001_000)
        #expect(figures.p999 >= 499_000_000 && figures.p999 <= 500_000_000)
        #expect(figures.gap == 402_000_000)
    }

    @Test("Nothing at all gives zeros, and the gap is the whole time")
    func emptyTally() {
        var tally = BenchTally(begin: 5)
        let figures = tally.finish(end: 15)
        #expect(figures.operations == 0 && figures.p50 == 0 && figures.longest == 0)
        #expect(figures.gap == 10 && figures.duration == 10)
    }

    @Test("The line that measurements read (CLI.md)")
    func report() {
        let figures = BenchTally.Figures(
            duration: 10_000_000_000, operations: 123_456, errors: 1, unknown: 2, p50: 512_000, p99: 4_096_000,
            p999: 16_384_000, longest: 70_000_500, gap: 12_345_678)
        let report = BenchReport(workload: .ycsbA, clients: 256, figures: figures)
        #expect(
            report.json
                == #"{"workload":"ycsb-a","clients":256,"duration_s":10.000,"operations":123456,"#
                + #""ops_per_second":12345.6,"p50_ms":0.512,"p99_ms":4.096,"p999_ms":16.384,"max_ms":70.001,"#
                + #""max_gap_ms":12.346,"errors":1,"unknown":2}"# + "\n")
        #expect(report.table.contains("ops_per_second  12345.6\n"))
    }

    @Test("A line of a history (CLI.md)")
    func history() {
        var record = HistoryRecord(
            client: 3, operation: .compareAndSet([0x76, 0x00], expect: nil), key: Array("k".utf8), outcome: .failed,
            start: 1, end: 2)
        #expect(
            String(decoding: record.line, as: UTF8.self)
                == #"{"client":3,"op":"cas","key":"k","value":"v\\x00","expect":null,"found":null,"#
                + #""outcome":"failed","start_ns":1,"end_ns":2}"# + "\n")
        record.operation = .get
        record.found = []
        record.outcome = .ok
        #expect(
            String(decoding: record.line, as: UTF8.self)
                == #"{"client":3,"op":"get","key":"k","value":null,"expect":null,"found":"","#
                + #""outcome":"ok","start_ns":1,"end_ns":2}"# + "\n")
    }

    @Test("Keys are the prefix and 12 digits")
    func keys() {
        let keys = BenchKeys(prefix: Array("k".utf8))
        #expect(keys.key(0) == Array("k000000000000".utf8))
        #expect(keys.key(7_000_120) == Array("k000007000120".utf8))
        #expect(keys.key(BenchKeys.countMax - 1) == Array("k999999999999".utf8))
    }

    @Test("Values have their size; unique ones never come twice, also in another run")
    func values() {
        var shared = BenchValues(size: 256, isUnique: false, run: 1)
        #expect(shared.next().count == 256 && shared.next() == shared.next())
        var one = BenchValues(size: 64, isUnique: true, run: 1)
        var other = BenchValues(size: 64, isUnique: true, run: 2)
        let values = (0..<1_000).flatMap { _ in [one.next(), other.next()] }
        #expect(Set(values).count == 2_000 && values.allSatisfy { $0.count == 64 })
        var short = BenchValues(size: 0, isUnique: true, run: .max)
        #expect(short.next() != short.next())
    }

    @Test("Rank 1 has its share of a Zipf distribution, and no rank is outside")
    func zipfian() {
        let (count, draws) = (200, 20_000)
        let zipfian = Zipfian(count: UInt64(count))
        var random = BenchRandom(seed: 11)
        var seen = [Int](repeating: 0, count: count + 1)
        for _ in 0..<draws { seen[Int(zipfian.next(&random))] += 1 }
        #expect(seen[0] == 0)
        let total = (1...count).reduce(0.0) { $0 + power(Double($1)) }
        for rank in [1, 2, 10] {
            let expected = Double(draws) * power(Double(rank)) / total
            #expect(abs(Double(seen[rank]) - expected) < 0.05 * expected + 60, "rank \(rank)")
        }
        let one = Zipfian(count: 1)
        #expect((0..<100).allSatisfy { _ in one.next(&random) == 1 })
    }

    @Test("Keys stay inside their number; the latest are near the end")
    func distributions() {
        var random = BenchRandom(seed: 5)
        for kind in KeyDistribution.Kind.allCases {
            let distribution = KeyDistribution(kind, count: 10)
            let keys = Set((0..<2_000).map { _ in distribution.next(&random) })
            #expect(keys.allSatisfy { $0 < 10 })
            #expect(kind == .zipfian || keys.count == 10)
        }
        let distribution = KeyDistribution(.zipfian, count: 1_000)
        let latest = (0..<2_000).map { _ in distribution.nextLatest(&random, total: 1_500) }
        #expect(latest.allSatisfy { $0 >= 500 && $0 < 1_500 })
        #expect(latest.count { $0 >= 1_490 } > 600)
        #expect((0..<200).allSatisfy { _ in distribution.nextLatest(&random, total: 3) < 3 })
    }

    @Test("Each workload has the steps it is known for")
    func workloads() {
        #expect(steps(.put) == ["put": 1_000])
        #expect(steps(.get) == ["get": 1_000] && steps(.ycsbC) == ["get": 1_000])
        #expect(Set(steps(.mixed).keys) == ["get", "getThenCompareAndSet", "put", "delete"])
        expectShare(.ycsbA, "put", 500)
        expectShare(.ycsbB, "put", 50)
        expectShare(.ycsbD, "insert", 50)
        expectShare(.ycsbE, "insert", 50)
        expectShare(.ycsbF, "readModifyWrite", 500)
        #expect(Workload.allCases.filter { !$0.needsKeys } == [.put, .mixed])
    }

    @Test("What the command line makes of a benchmark")
    func plan() throws {
        let standard = try plan([])
        #expect(standard.workload == .put && standard.clients == 256 && standard.connections == 1)
        #expect(standard.valueSize == 256 && standard.keys == 100_000 && standard.prefix == Array("key".utf8))
        #expect(standard.duration == 10_000_000_000 && standard.warmup == 1_000_000_000)
        #expect(standard.distribution == .uniform && standard.rate == nil && !standard.hasUniqueValues)
        #expect(standard.consistency == .linearizable && standard.output == .table)
        #expect(try plan(["--workload", "ycsb-b"]).distribution == .zipfian)
        #expect(try plan(["--workload", "ycsb-b", "--distribution", "uniform"]).distribution == .uniform)
        #expect(try plan(["--workload", "mixed"]).hasUniqueValues)
        #expect(try plan(["--history", "h"]).hasUniqueValues)
        for arguments in [
            ["--clients", "0"], ["--clients", "2", "--connections", "3"], ["--value-size", "2MiB"], ["--keys", "0"],
            ["--rate", "0"], ["--rate", "x"], ["--duration", "0s"], ["--workload", "ycsb-g"],
            ["--workload", "ycsb-e", "--history", "h"],
        ] {
            #expect(throws: CommandFailure.self) { try plan(arguments) }
        }
    }

    private func plan(_ arguments: [String]) throws -> BenchPlan {
        try BenchCommand.parse(arguments).plan(Settings(environment: [:]))
    }

    private func steps(_ workload: Workload) -> [String: Int] {
        var random = BenchRandom(seed: 1)
        var counts: [String: Int] = [:]
        for _ in 0..<1_000 {
            let name = String("\(workload.next(&random))".prefix { $0 != "(" })
            counts[name, default: 0] += 1
        }
        return counts
    }

    private func expectShare(_ workload: Workload, _ step: String, _ count: Int) {
        #expect(abs((steps(workload)[step] ?? 0) - count) < 60, "\(workload)")
    }

    /// x to the power −0.99, which a test may compute slowly.
    private func power(_ x: Double) -> Double {
        // x^-0.99 = 1/x · x^0.01, and x^(1/100) by Newton's method.
        var root = 1.0
        for _ in 0..<200 {
            let power = (0..<99).reduce(1.0) { product, _ in product * root }
            root = (99 * root + x / power) / 100
        }
        return root / x
    }
}
