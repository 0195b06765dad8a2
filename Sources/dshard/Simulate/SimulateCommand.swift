import ArgumentParser
import Foundation
import Simulator

/// Runs whole clusters in virtual time.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate clusters under faults, from seeds, and check every step.",
        discussion: """
            Each seed is a cluster in virtual time with its own mix of faults; the same seed and flags give the same \
            story, bit by bit. A seed that fails is made as small as it can be, and printed as the command that \
            replays it.

            Example: dshard simulate --seeds 100 --minutes 2
            """)

    @Option(help: ArgumentHelp("How many fresh seeds. (default: 100)", valueName: "count"))
    var seeds: String?

    @Option(help: ArgumentHelp("Only this one; with --seeds, the first of them.", valueName: "number"))
    var seed: String?

    @Option(help: ArgumentHelp("Nodes of each cluster. (default: 5)", valueName: "count"))
    var nodes: String?

    @Option(help: ArgumentHelp("User shards of each cluster. (default: 8)", valueName: "count"))
    var shards: String?

    @Option(help: ArgumentHelp("Clients of each cluster. (default: 16)", valueName: "count"))
    var clients: String?

    @Option(help: ArgumentHelp("Operations a second of all clients together. (default: 200)", valueName: "ops"))
    var rate: String?

    @Option(help: ArgumentHelp("Virtual minutes under faults. (default: 10)", valueName: "number"))
    var minutes: String?

    @Option(
        help: ArgumentHelp(
            "The kinds that a seed may draw from: all, none, or a list of \(SimulateCommand.kinds). (default: all)",
            valueName: "list"))
    var faults: String?

    @Option(help: ArgumentHelp("Simulations at a time. (default: one per core)", valueName: "count"))
    var jobs: String?

    @Flag(help: "Lose power before every disk operation of one story in turn; by default without other faults.")
    var crashPoints = false

    @Option(
        help: ArgumentHelp(
            "Only this crash point: the number of a disk operation and what is lost, of \(SimulateCommand.losses).",
            valueName: "number:loss"))
    var crashPoint: String?

    @Flag(help: "Leave a failing seed as it is.")
    var noShrink = false

    @Option(help: ArgumentHelp("table or json. (default: table)", valueName: "format"))
    var output: String?

    private static var losses: String { CrashPoint.Loss.allCases.map(\.rawValue).joined(separator: ", ") }

    private static var kinds: String { FaultKind.allCases.map(\.rawValue).joined(separator: ", ") }

    func run() async throws {
        let plan = try plan(Settings.process)
        let report = await SimulateRun(plan: plan).run()
        try OpenFile.standardOutput.write(Array((plan.output == .json ? report.json : report.table).utf8))
        if !report.failures.isEmpty { throw CommandFailure(.failed, nil) }
    }

    /// The settings that win, checked.
    func plan(_ settings: Settings) throws(CommandFailure) -> SimulatePlan {
        let only: UInt64? = try settings.optional(seed, "seed")
        let count = try settings.value(seeds, "seeds", default: only == nil ? 100 : 1, in: 1...10_000_000)
        let minutes = try settings.value(minutes, "minutes", default: 10.0, in: 0...100_000)
        var options = SimulationOptions(seed: 0)
        options.nodes = try settings.value(nodes, "nodes", default: 5, in: 1...9)
        options.shards = try settings.value(shards, "shards", default: 8, in: 1...64)
        options.clients = try settings.value(clients, "clients", default: 16, in: 1...1_000)
        options.operationsPerSecond = try settings.value(rate, "rate", default: 200, in: 1...100_000)
        options.milliseconds = Int((minutes * 60_000).rounded())
        let first = only ?? UInt64.random(in: 1...(1 << 48))
        options.crashPoint = try onlyCrashPoint(settings)
        options.isEventful = options.crashPoint != nil
        let countsCrashPoints = try settings.isOn(crashPoints, "crash-points")
        options.faults = try allowedFaults(settings, default: countsCrashPoints || options.isEventful ? "none" : "all")
        options.seed = first
        let points = countsCrashPoints ? CrashPoint.all(of: options) : nil
        return SimulatePlan(
            first: first, count: points?.count ?? count, options: options, crashPoints: points,
            jobs: try settings.value(jobs, "jobs", default: ProcessInfo.processInfo.activeProcessorCount, in: 1...256),
            shrinks: try !settings.isOn(noShrink, "no-shrink"),
            output: try settings.value(output, "output", default: OutputFormat.table))
    }

    private func onlyCrashPoint(_ settings: Settings) throws(CommandFailure) -> CrashPoint? {
        guard let text: String = try settings.optional(crashPoint, "crash-point") else { return nil }
        let parts = text.split(separator: ":")
        guard parts.count == 2, let operation = Int(parts[0]), let loss = CrashPoint.Loss(rawValue: String(parts[1]))
        else { throw .usage("--crash-point: '\(text)' is not the number of an operation, ':', and \(Self.losses)") }
        return CrashPoint(operation: operation, loss: loss)
    }

    private func allowedFaults(
        _ settings: Settings, default fallback: String
    ) throws(CommandFailure) -> Set<FaultKind> {
        let text = try settings.value(faults, "faults", default: fallback)
        switch text {
        case "all": return Set(FaultKind.allCases)
        case "none": return []
        default: break
        }
        var kinds: Set<FaultKind> = []
        for name in text.split(separator: ",") {
            guard let kind = FaultKind(rawValue: String(name)) else {
                throw .usage("--faults: '\(name)' is not all, none, or some of \(Self.kinds)")
            }
            kinds.insert(kind)
        }
        return kinds
    }
}
