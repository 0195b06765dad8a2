import Host
import Keyspace
import Logging
import NIOCore
import NIOPosix
import Raft
import Storage
import Transport
import Wire

extension Lane {
    /// So many gets at once are worth waking a second thread for.
    private static let sharedReadsMin = 16

    /// Serves reads whose index is applied: those of one key from memory at once, what is not in memory, and everything
    /// that needs a cut, by the read pool in one batch (DESIGN §6).
    func serve(_ tasks: [ReadTask], areInTurn: Bool = false) {
        guard !tasks.isEmpty else { return }
        var gets: [WarmReads.Get] = []
        var common: [WarmReads.Task] = []
        for task in tasks {
            // The time below is the replica's as it is now: that must be the one that was asked.
            guard host.isCurrent(task.generation), let applied = host.lastVersionApplied(of: task.generation.shard)
            else {
                let refusal = host.mismatch(of: task.generation.shard, since: task.generation.version)
                for read in task.reads { respond(read.reference, .failure(refusal)) }
                continue
            }
            common.append(WarmReads.Task(generation: task.generation, applied: applied))
            var others: [PendingRead] = []
            for read in task.reads where !hold(read, of: task.generation, isInTurn: areInTurn) {
                if case .get(let get) = read.body, get.keys.count == 1, read.reference.connection != 0,
                    let key = get.keys.first
                {
                    gets.append(
                        WarmReads.Get(reference: read.reference, request: get, key: key, task: common.count - 1))
                } else {
                    others.append(read)
                }
            }
            if !others.isEmpty {
                serveFromDisk(ReadTask(generation: task.generation, reads: others), applied, areInTurn: areInTurn)
            }
        }
        guard !gets.isEmpty else { return }
        let reads = WarmReads(
            gets: gets, tasks: common, store: state, clusterMilliseconds: host.trustedMilliseconds(at: host.lastTurn))
        if gets.count >= Self.sharedReadsMin, canShareReads { share(reads) }
        while let answers = reads.answer(isTaken: { clients[$0] != nil && !isCongested($0) }) { finish(reads, answers) }
    }

    /// Lets a thread of the read pool answer a part of the gets, once: what is large goes to the lane in one piece.
    private func share(_ reads: WarmReads) {
        canShareReads = false
        readPool.submit { [self] poolState in
            guard case .active = poolState else { return }
            let answers = reads.answer()
            loop.execute { [self] in
                canShareReads = true
                if let answers { finish(reads, answers) }
            }
        }
    }

    /// Hands out what one thread answered, of replicas that are still the ones that were asked (rule 25).
    private func finish(_ reads: WarmReads, _ answers: WarmAnswers) {
        for run in answers.runs {
            let generation = reads.tasks[run.task].generation
            guard host.isCurrent(generation) else {
                let refusal = host.mismatch(of: generation.shard, since: generation.version)
                for id in run.ids {
                    respond(RequestReference(connection: run.connection, id: id), .failure(refusal))
                }
                continue
            }
            guard let connection = clients[run.connection], let client = connection.attachment as? ClientState else {
                continue
            }
            client.inFlight -= run.ids.count
            connection.write(run.frames, frames: run.ids.count)
            markDirty(connection, client)
        }
        if !answers.rest.isEmpty { finish(reads, answers.rest) }
    }

    private func finish(_ reads: WarmReads, _ rest: [(position: Int, reason: WarmAnswers.Rest)]) {
        var cold = [[PendingRead]](repeating: [], count: reads.tasks.count)
        var left: [ReadTask] = []
        for (position, reason) in rest {
            let get = reads.gets[position]
            let generation = reads.tasks[get.task].generation
            let read = PendingRead(reference: get.reference, body: .get(get.request))
            // Nobody waits for it any more.
            guard clients[get.reference.connection] != nil else { continue }
            guard host.isCurrent(generation) else {
                respond(get.reference, .failure(host.mismatch(of: generation.shard, since: generation.version)))
                continue
            }
            switch reason {
            case .cold: cold[get.task].append(read)
            case .due: rereadAfterStamp(read, generation)
            case .failed(let error): fail(error, generation.shard, get.reference)
            case .left: left.append(ReadTask(generation: generation, reads: [read]))
            }
        }
        serve(left)
        for (task, reads) in zip(reads.tasks, cold) where !reads.isEmpty {
            serveFromDisk(ReadTask(generation: task.generation, reads: reads), task.applied)
        }
    }

    /// Commits an entry without operations, so that replicated time passes the record's expiry, and reads again.
    private func rereadAfterStamp(_ read: PendingRead, _ generation: ReadGeneration) {
        host.readAfterStamp(read, generation, now: SteadyClock.now())
        scheduleTurn()
    }

    /// Reads that are `areInTurn` waited before, and are of one connection.
    private func serveFromDisk(_ task: ReadTask, _ applied: Timestamp, areInTurn: Bool = false) {
        if areInTurn, let first = task.reads.first { waitingClient(first)?.heldUnderWay += 1 }
        let clusterMilliseconds = host.trustedMilliseconds(at: host.lastTurn)
        let reader = DiskReader(
            store: state, appliedMilliseconds: applied.milliseconds, clusterMilliseconds: clusterMilliseconds)
        readPool.submit { [self] poolState in
            guard case .active = poolState else { return }
            let results = reader.read(task)
            loop.execute { [self] in
                if areInTurn, let first = task.reads.first { waitingClient(first)?.heldUnderWay -= 1 }
                finish(task, results)
            }
        }
    }

    private func waitingClient(_ read: PendingRead) -> ClientState? {
        clients[read.reference.connection]?.attachment as? ClientState
    }

    /// Hands out what the pool read, if the replica is still the one it was asked of (rule 25).
    private func finish(_ task: ReadTask, _ results: [DiskReader.Outcome]) {
        // Between them nothing changes.
        guard host.isCurrent(task.generation) else {
            let refusal = host.mismatch(of: task.generation.shard, since: task.generation.version)
            for read in task.reads { respond(read.reference, .failure(refusal)) }
            return scheduleTurn()
        }
        for (read, result) in zip(task.reads, results) where !hold(read, of: task.generation, isInTurn: true) {
            switch result {
            case .body(let body): respond(read.reference, body)
            case .due: rereadAfterStamp(read, task.generation)
            case .failed(let error): fail(error, task.generation.shard, read.reference)
            }
        }
        // There is more when the answers are large.
        let left = Array(task.reads.dropFirst(results.count))
        if !left.isEmpty { serve([ReadTask(generation: task.generation, reads: left)]) }
        scheduleTurn()
    }

    /// A read that the store could not do: the client asks another replica, the process decides what it means.
    private func fail(_ error: StorageError, _ shard: ShardID, _ reference: RequestReference) {
        telemetry.log.error("read failed: \(error)", metadata: ["shard": "\(shard)"])
        respond(reference, .failure(.unavailable("the node's store failed")))
        switch error.consequence {
        case .endProcess: onFatal("reading the store failed: \(error)", false)
        case .markNode: onFatal("reading the store failed: \(error)", true)
        case .markReplica, .stopReplica: suspect(shard, "\(error)")
        case .askAgain: break
        }
    }
}
