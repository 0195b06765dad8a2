import DShardClient
import NIOCore
import NIOPosix

/// Runs a benchmark: one event loop carries all connections and all clients, so that the measuring side takes as little
/// of the machine as it can.
struct BenchRun: Sendable {
    var plan: BenchPlan
    var configuration: DShardClient.Configuration

    /// Runs it, with progress on standard error.
    func run() async throws -> BenchReport {
        let history = try openHistory()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let clients = (0..<plan.connections).map { _ in
            DShardClient(configuration: configuration, eventLoop: loop)
        }
        let work = Task(executorPreference: LoopTaskExecutor(loop: loop)) {
            try await measure(clients, loop, history)
        }
        let result = await work.result
        for client in clients { try? await client.shutdown() }
        try? await group.shutdownGracefully()
        return try result.get()
    }

    private func openHistory() throws(CommandFailure) -> OpenFile? {
        guard let path = plan.history else { return nil }
        do throws(OpenFile.Failure) {
            return try .creating(path)
        } catch {
            throw CommandFailure(.failed, "--history: cannot write \(path): \(error.text)")
        }
    }

    /// Runs on the loop.
    private func measure(
        _ clients: [DShardClient], _ loop: any EventLoop, _ file: OpenFile?
    ) async throws -> BenchReport {
        let seed = UInt64.random(in: 1 ... .max)
        let history = file.map(HistoryFile.init)
        let values = BenchValues(size: plan.valueSize, isUnique: plan.hasUniqueValues, run: seed)
        try await warnUnlessEmpty(clients[0])
        let loading = BenchState(plan, loop: loop, start: Pacer.now(), values: values, history: history)
        if plan.workload.needsKeys { try await load(clients, loop, loading, seed) }

        let start = Pacer.now()
        let state = BenchState(plan, loop: loop, start: start, values: loading.values, history: history)
        let bound = NIOLoopBound(state, eventLoop: loop)
        let progress = BenchProgress.start(bound, loop)
        await withDiscardingTaskGroup { group in
            for index in 0..<plan.clients {
                let client = clients[index % clients.count]
                group.addTask {
                    var client = BenchClient(index, plan, client: client, state: bound.value, seed: seed)
                    await client.run()
                }
            }
        }
        progress.cancel()
        history?.finish()
        if let failure = history?.failure {
            throw CommandFailure(.failed, "--history: the file is not whole: \(failure.text)")
        }
        let figures = state.tally.finish(end: start + plan.warmup + plan.duration)
        return BenchReport(workload: plan.workload, clients: plan.clients, figures: figures)
    }

    private func warnUnlessEmpty(_ client: DShardClient) async throws {
        for try await _ in client.scan(from: nil, to: nil, limit: 1, keysOnly: true) {
            OpenFile.standardError.say(
                "warning: the keyspace is not empty; what is there is part of what is measured\n")
        }
    }

    /// Puts all keys when some of a sample are missing: without them a read would measure absence.
    private func load(
        _ clients: [DShardClient], _ loop: any EventLoop, _ state: BenchState, _ seed: UInt64
    ) async throws {
        var random = BenchRandom(seed: seed)
        // One at a time: together their values may be more than an answer holds.
        var isWhole = true
        for _ in 0..<64 where isWhole {
            isWhole = try await clients[0].get(state.keys.key(random.below(plan.keys))) != nil
        }
        // A checker must know where every value comes from, so a history begins with its own puts.
        guard state.history != nil || !isWhole else { return }
        OpenFile.standardError.say("loading \(plan.keys) keys of \(plan.valueSize) bytes\n")
        let bound = NIOLoopBound(state, eventLoop: loop)
        let isLoaded = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<plan.clients {
                let client = clients[index % clients.count]
                group.addTask {
                    var client = BenchClient(index, plan, client: client, state: bound.value, seed: seed)
                    return await client.load(from: UInt64(index), to: plan.keys, by: UInt64(plan.clients))
                }
            }
            return await group.reduce(true) { $0 && $1 }
        }
        guard isLoaded else {
            throw CommandFailure(.unreachable, "could not load the keys; look at dshard admin status")
        }
    }
}
