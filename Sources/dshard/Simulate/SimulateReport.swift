import Simulator

/// What came of all simulations together.
struct SimulateReport: Sendable {
    let plan: SimulatePlan
    private(set) var done = 0
    private(set) var failures: [Failure] = []
    private var probes = ProbeCounts()
    private var virtualMilliseconds = 0
    private var operations = 0
    private var events: UInt64 = 0
    /// Of one simulation its own hash, of several a hash of theirs in the order of the seeds.
    private var traceHash = ""
    private var faults: [FaultKind: Int] = [:]
    var took = Duration.zero

    /// A simulation in which something was found.
    struct Failure: Sendable {
        var options: SimulationOptions
        var failure: SimulationFailure
    }

    init(plan: SimulatePlan) { self.plan = plan }

    mutating func add(_ report: SimulationReport, of options: SimulationOptions) {
        done += 1
        probes.add(report.probes)
        virtualMilliseconds += report.virtualMilliseconds
        operations += report.operations
        events += report.events
        for (kind, count) in report.faults { faults[kind, default: 0] += count }
        traceHash = done == 1 ? report.traceHash : SimulateReport.joined(traceHash, report.traceHash)
        if let failure = report.failure {
            failures.append(Failure(options: options, failure: failure))
        }
    }

    private static func joined(_ a: String, _ b: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in (a + b).utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The first few only: each costs as much as some tens of simulations.
    mutating func shrinkFailures() {
        for position in failures.indices.prefix(3) {
            var shrinker = Shrinker()
            let (options, failure) = shrinker.shrink(failures[position].options, failures[position].failure)
            failures[position] = Failure(options: options, failure: failure)
        }
    }

    private var seconds: Double {
        max(0.001, Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18)
    }

    private var virtualHours: Double { Double(virtualMilliseconds) / 3_600_000 }

    /// Virtual time for each second of one core.
    private var speed: Double {
        Double(virtualMilliseconds) / 1_000 / seconds / Double(min(plan.jobs, max(1, plan.count)))
    }

    var table: String {
        var text = ""
        for failure in failures {
            let found = failure.failure
            text += "seed \(failure.options.seed) failed at \(found.milliseconds) ms: \(found.text)\n"
            text += "  replay: \(SimulatePlan.command(failure.options))\n"
        }
        if plan.crashPoints != nil {
            text += "\(done / CrashPoint.Loss.allCases.count) crash points, each with "
            text += "\(CrashPoint.Loss.allCases.count) kinds of loss: "
        }
        let unit = plan.crashPoints == nil ? "seeds" : "simulations"
        text += "\(done) \(unit) from \(plan.first), \(failures.count) failed; "
        text += "\(NumberText.text(virtualHours, places: 2)) simulated hours in "
        text += "\(NumberText.text(seconds, places: 1)) s: "
        text += "\(NumberText.text(Double(done) / seconds, places: 2)) seeds a second, "
        text += "\(NumberText.text(speed, places: 0)) times real time on each core\n"
        text += "\(operations) operations, \(events) events, trace \(traceHash)\n"
        let counts = FaultKind.allCases.map { "\($0.rawValue) \(faults[$0] ?? 0)" }
        text += "faults: \(counts.joined(separator: ", "))\n"
        text += "ranges: \(ranges.map { "\($0.name) \(probes[$0.probe])" }.joined(separator: ", "))\n"
        let missed = probes.missed.map(\.rawValue)
        text += missed.isEmpty ? "every probe was hit\n" : "probes not hit: \(missed.joined(separator: "; "))\n"
        return text
    }

    /// What happened to shards: each counted once, however many replicas took part.
    private var ranges: [(name: String, probe: Probe)] {
        [
            ("splits", .split), ("merges", .absorbed), ("merges given up", .mergeAborted),
            ("configurations", .membersChanged), ("replicas begun", .replicaBegan),
            ("hand-overs", .leadershipMoved), ("operators", .operatorDone),
        ]
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.field("seeds", done)
        json.field("first_seed", String(plan.first))
        json.field("failed", failures.count)
        json.name("simulated_hours")
        json.literal(NumberText.text(virtualHours, places: 4))
        json.name("duration_s")
        json.literal(NumberText.text(seconds, places: 3))
        json.name("seeds_per_second")
        json.literal(NumberText.text(Double(done) / seconds, places: 3))
        json.name("speed_per_core")
        json.literal(NumberText.text(speed, places: 1))
        json.field("operations", operations)
        json.field("events", events)
        json.field("trace_hash", traceHash)
        json.name("ranges")
        json.beginObject()
        for (name, probe) in ranges { json.field(name.replacing(" ", with: "_"), Int(clamping: probes[probe])) }
        json.endObject()
        json.name("probes_missed")
        json.beginArray()
        for probe in probes.missed { json.value(probe.rawValue) }
        json.endArray()
        json.name("failures")
        json.beginArray()
        for failure in failures {
            json.beginObject()
            json.field("seed", String(failure.options.seed))
            json.field("at_ms", failure.failure.milliseconds)
            json.field("text", failure.failure.text)
            json.field("replay", SimulatePlan.command(failure.options))
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text + "\n"
    }
}
