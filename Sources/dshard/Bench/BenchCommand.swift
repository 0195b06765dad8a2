import ArgumentParser
import DShardClient
import Keyspace

/// Measures a cluster.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure throughput and latency with many clients at once.",
        discussion: """
            Closed loop: each client has one request in flight. With --rate the loop is open, and latency counts from \
            the moment a request should have started. Workloads that read put their keys first, where they are missing.

            Example: dshard bench --workload put --clients 256 --duration 10s --output json
            """)

    @OptionGroup var client: ClientOptions

    @Option(
        help: ArgumentHelp(
            "put, get, mixed (get, put, delete, cas), or ycsb-a to ycsb-f. (default: put)", valueName: "name"))
    var workload: String?

    @Option(help: ArgumentHelp("Requests in flight. (default: 256)", valueName: "count"))
    var clients: String?

    @Option(
        help: ArgumentHelp("Connections to each node, the clients divided among them. (default: 1)", valueName: "count")
    )
    var connections: String?

    @Option(help: ArgumentHelp("Bytes of a value. (default: 256)", valueName: "size"))
    var valueSize: String?

    @Option(help: ArgumentHelp("How many keys there are. (default: 100000)", valueName: "count"))
    var keys: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("A key is this and 12 digits. (default: key)", valueName: "key"))
    var prefix: String?

    @Option(help: ArgumentHelp("The measured time. (default: 10s)", valueName: "time"))
    var duration: String?

    @Option(help: ArgumentHelp("The time before it, which does not count. (default: 1s)", valueName: "time"))
    var warmup: String?

    @OptionGroup var consistency: ConsistencyOptions

    @Option(
        help: ArgumentHelp(
            "uniform or zipfian. (default: uniform; zipfian for ycsb)", valueName: "name"))
    var distribution: String?

    @Option(help: ArgumentHelp("Open loop with this many operations a second.", valueName: "ops"))
    var rate: String?

    @Option(help: ArgumentHelp("Write every operation to this file, a JSON object a line.", valueName: "file"))
    var history: String?

    @Option(help: ArgumentHelp("table or json. (default: table)", valueName: "format"))
    var output: String?

    func run() async throws {
        let settings = Settings.process
        let plan = try plan(settings)
        let configuration = try client.resolved(settings).configuration
        let report = try await BenchRun(plan: plan, configuration: configuration).run()
        let text = plan.output == .json ? report.json : report.table
        try OpenFile.standardOutput.write(Array(text.utf8))
        guard report.figures.operations > 0 else {
            throw CommandFailure(.unreachable, "no operation succeeded; look at dshard admin status")
        }
    }

    /// The settings that win, checked.
    func plan(_ settings: Settings) throws(CommandFailure) -> BenchPlan {
        let workload = try settings.value(workload, "workload", default: Workload.put)
        let clients = try settings.value(clients, "clients", default: 256, in: 1...10_000)
        let plan = BenchPlan(
            workload: workload,
            clients: clients,
            connections: try settings.value(connections, "connections", default: 1, in: 1...1_000),
            valueSize: try valueSize(settings),
            keys: try settings.value(keys, "keys", default: 100_000, in: 1...(BenchKeys.countMax / 2)),
            prefix: try prefix(settings),
            duration: try settings.value(duration, "duration", default: TimeSpan(.seconds(10))).nanoseconds,
            warmup: try settings.value(warmup, "warmup", default: TimeSpan(.seconds(1))).nanoseconds,
            consistency: try consistency.resolved(settings),
            distribution: try settings.value(distribution, "distribution", default: workload.standardDistribution),
            rate: try rate(settings),
            history: try settings.optional(history, "history"),
            output: try settings.value(output, "output", default: OutputFormat.table))
        guard plan.connections <= clients else { throw .usage("--connections: more than the \(clients) clients") }
        guard plan.duration > 0 else { throw .usage("--duration: write at least 1ms") }
        guard plan.history == nil || workload != .ycsbE else {
            throw .usage("--history: the scans of ycsb-e have no place in a history; use another workload")
        }
        return plan
    }

    private func valueSize(_ settings: Settings) throws(CommandFailure) -> Int {
        let size = try settings.value(valueSize, "value-size", default: ByteSize(bytes: 256)).bytes
        guard size <= KeyLimits.valueBytesMax else {
            throw .usage("--value-size: \(size) bytes; the limit is \(KeyLimits.valueBytesMax)")
        }
        return size
    }

    private func prefix(_ settings: Settings) throws(CommandFailure) -> [UInt8] {
        guard let (text, origin) = settings.text(prefix, "prefix") else { return Array("key".utf8) }
        let prefix = try KeyArgument.bytes(text, origin)
        let limit = KeyLimits.keyBytesMax - BenchKeys.digits
        guard prefix.count <= limit else { throw .usage("\(origin): \(prefix.count) bytes; the limit is \(limit)") }
        return prefix
    }

    private func rate(_ settings: Settings) throws(CommandFailure) -> Double? {
        guard let rate = try settings.optional(rate, "rate", as: Double.self) else { return nil }
        guard rate > 0, rate <= 10_000_000 else { throw .usage("--rate: write a number from 0.001 to 10000000") }
        return rate
    }
}
