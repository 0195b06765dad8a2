import Foundation

/// Real processes, load, and faults drawn from a seed; in the end everything is healed and judged.
package final class ChaosRun {
    private let options: ChaosOptions
    private let cluster: ChaosCluster
    private let say: (String) -> Void
    private var random: SeededGenerator
    private var report = ChaosReport()
    /// Nodes whose process has ended for a reason that was given to it.
    private var down: Set<Int> = []
    private let begin = ContinuousClock.now

    private init(_ options: ChaosOptions, _ cluster: ChaosCluster, say: @escaping (String) -> Void) {
        self.options = options
        self.cluster = cluster
        self.say = say
        random = SeededGenerator(seed: options.seed)
    }

    /// Does it; `folder` keeps logs, data and histories. `say` gets a line for whatever happens.
    package static func run(
        _ options: ChaosOptions, in folder: String, say: @escaping (String) -> Void
    ) async throws -> ChaosReport {
        var report = ChaosReport()
        let borders = ["run1", "run3", "run6"]
        // Short enough that a node which is struck twice in a row is replaced, and comes back with what is out of date.
        let arguments = options.isChurning ? ["--repair-after", "5s"] : []
        try await ChaosCluster.with(
            nodes: options.nodes, splitAt: borders, in: folder, arguments: arguments
        ) { cluster in
            let run = ChaosRun(options, cluster, say: say)
            let churn = ShardChurn(tool: cluster.tool, nodes: options.nodes, seed: options.seed)
            if options.isChurning { try await run.makeRoom() }
            let load = BenchLoad(tool: cluster.tool, folder: folder, rate: options.rate)
            async let runs = load.run()
            async let tally = options.isChurning ? churn.run() : nil
            do {
                try await run.inflict()
                load.stop()
            } catch {
                load.stop()
                run.report.problems.append("\(error)")
            }
            let done = try await runs
            churn.stop()
            report = run.report
            report.churn = try await tally
            report.problems += report.churn?.problems ?? []
            guard report.problems.isEmpty else { return }
            var judge = ClusterJudge(cluster, report: report)
            try await judge.judge(done)
            report = judge.report
        }
        return report
    }

    /// Three replicas of each shard, so that they have somewhere to go.
    private func makeRoom() async throws {
        let answer = try await cluster.tool("admin", "replication", "3", "--timeout", "30s")
        if answer.status != .exited(0) { report.problems.append("admin replication: \(answer.errors)") }
    }

    private func inflict() async throws {
        var round = 0
        while round < options.rounds ?? .max, elapsed < options.seconds ?? .infinity, report.problems.isEmpty {
            round += 1
            var faults: [ChaosFault] = []
            for kind in drawKinds() {
                report.faults[kind, default: 0] += 1
                faults.append(ChaosFault.draw(kind, nodes: options.nodes, using: &random))
            }
            say("\(String(format: "%6.1f", elapsed)) s  \(faults.map(\.description).joined(separator: "; "))")
            for fault in faults { try await apply(fault) }
            try await pause(100...options.faultMillisecondsMax)
            for fault in faults { try await heal(fault) }
            watch()
            // The next fault meets the cluster while it recovers, or when it has.
            if Bool.random(using: &random) { try await recover() }
            try await pause(0...1000)
        }
        try await recover()
        watch()
    }

    /// In seconds; what takes longer is said.
    private static let slowRecovery = 3.0

    private func recover() async throws {
        let healed = elapsed
        let said = try await cluster.becomesReady()
        let took = elapsed - healed
        report.longestRecovery = max(report.longestRecovery, took * 1000)
        if took > ChaosRun.slowRecovery { for line in said { say("          slow: \(line)") } }
    }

    private var elapsed: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - begin).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// One kind, or one of the network together with another one.
    private func drawKinds() -> [ChaosKind] {
        let network = options.kinds.filter(\.isOfNetwork)
        let others = options.kinds.filter { !$0.isOfNetwork }
        if let first = network.randomElement(using: &random), let second = others.randomElement(using: &random) {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return [first]
            case 1: return [second]
            default: return [first, second]
            }
        }
        return [options.kinds.randomElement(using: &random) ?? .kill]
    }

    private func pause(_ range: ClosedRange<Int>) async throws {
        // How long a fault lasts is what is drawn; nothing is expected to have happened in that time.
        try await Task.sleep(for: .milliseconds(Int.random(in: range, using: &random)))
    }

    private func apply(_ fault: ChaosFault) async throws {
        switch fault {
        case .kill(let numbers):
            await kill(numbers)
        case .crashLoop(let number, let milliseconds):
            await kill([number])
            for time in milliseconds {
                try cluster.node(number).launch()
                try await Task.sleep(for: .milliseconds(time))
                await kill([number])
            }
        case .powerLoss(let numbers, let loss):
            noteKill(numbers)
            report.lostChanges += try await cluster.losePower(numbers, loss)
        case .pause(let numbers):
            for number in numbers { cluster.node(number).signal(SIGSTOP) }
        case .slowDisk(let number, let milliseconds):
            try cluster.disk(number).delaySyncs(milliseconds: milliseconds)
        case .failedSync(let number, let count):
            try cluster.disk(number).failSync(number: count)
        case .wallJump(let number, let seconds):
            // The one that jumped before is right again: which clocks are wrong is decided by a majority of them.
            for disk in cluster.disks { try disk.moveWallClock(seconds: 0) }
            try cluster.disk(number).moveWallClock(seconds: seconds)
        case .network(_, let rules):
            try await cluster.network.set(rules)
        case .reset(let pairs):
            for pair in pairs { _ = try await cluster.network.reset(between: pair.first, and: pair.second) }
        }
    }

    private func heal(_ fault: ChaosFault) async throws {
        switch fault {
        case .kill(let numbers), .powerLoss(let numbers, _):
            try start(numbers)
        case .crashLoop(let number, _):
            try start([number])
        case .pause(let numbers):
            for number in numbers { cluster.node(number).signal(SIGCONT) }
        case .slowDisk(let number, _):
            try cluster.disk(number).delaySyncs(milliseconds: 0)
        case .failedSync(let number, _):
            try await endFailedSync(number)
        case .wallJump:
            // It stays where it is until another one jumps.
            break
        case .network:
            try await cluster.network.set([:])
        case .reset:
            break
        }
    }

    /// A node whose sync failed must have ended; what it had not made durable is lost then.
    private func endFailedSync(_ number: Int) async throws {
        let (node, disk) = (cluster.node(number), cluster.disk(number))
        try disk.failSync(number: 0)
        guard try disk.syncFailures() > failedSyncs[number, default: 0] else { return }
        failedSyncs[number] = try disk.syncFailures()
        let deadline = ContinuousClock.now + .seconds(2)
        while node.isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(20)) }
        guard !node.isRunning else {
            report.problems.append("node \(number) goes on after a failed sync")
            return
        }
        if await node.ended() != .exited(1) { report.problems.append("node \(number): not exit 1 after a failed sync") }
        noteKill([number])
        report.lostChanges += try disk.losePower(PowerLoss(mode: .everything, seed: random.next())).changes
        try start([number])
    }

    private var failedSyncs: [Int: Int] = [:]

    private func kill(_ numbers: [Int]) async {
        noteKill(numbers)
        await cluster.kill(numbers)
    }

    private func noteKill(_ numbers: [Int]) {
        report.kills += numbers.count
        down.formUnion(numbers)
    }

    private func start(_ numbers: [Int]) throws {
        for number in numbers where !cluster.node(number).isRunning { try cluster.node(number).launch() }
        down.subtract(numbers)
    }

    /// Finds processes that ended although nothing told them to, and nodes that suspect themselves.
    private func watch() {
        for node in cluster.nodes where !node.isRunning && !down.contains(node.number) {
            let outcome = node.outcome.map { "\($0)" } ?? "never"
            report.problems.append(node.failure("ended by itself: \(outcome)").description)
        }
        for number in cluster.suspects {
            report.problems.append(cluster.node(number).failure("suspects itself").description)
        }
    }
}
