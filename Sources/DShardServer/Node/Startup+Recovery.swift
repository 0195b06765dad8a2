import Host
import Keyspace
import Logging
import NIOCore
import NIOPosix
import Raft
import RocksEngine
import Storage
import Wire

extension Startup {
    /// Opens the store, finds out who may have forgotten something, and restores the others.
    func recover(
        _ directory: DataDirectory, _ record: BootstrapRecord, _ identity: NodeIdentity
    ) throws(NodeStartError) -> (RocksEngine, Recovery.Result) {
        let began = SteadyClock.now()
        let (engine, verdict) = try open(directory)
        if case .suspect(let reason) = verdict {
            telemetry.log.critical("the store may have forgotten something: \(reason)")
            try Self.named { () throws(FileError) in try directory.markNodeSuspect(reason: "\(reason)") }
        }
        let recovery = Recovery(
            node: identity.node, log: engine, state: engine,
            sessionWindowMilliseconds: HostLimits().sessionWindowMilliseconds)
        var result: Recovery.Result
        do throws(StorageError) {
            result = try recovery.run()
            // A store that was written to, or has lost something, begins nothing by itself (rule 17).
            if result.isEmpty, verdict == .consistent, engine.recoveredNumber == 0, directory.suspicion.isEmpty,
                record.hasReplica(on: identity.node)
            {
                try Bootstrap.create(record, node: identity.node, in: engine)
                result = try recovery.run()
            }
        } catch {
            throw NodeStartError("the store in \(directory.path) cannot be read: \(error)\(Self.remedy(for: error))")
        }
        try setSuspectsAside(&result, directory)
        try finish(result, engine, directory)
        let took = (SteadyClock.now() - began).milliseconds
        telemetry.log.info("store open: \(result.replicas.count) replicas restored in \(took) ms")
        return (engine, result)
    }

    private static func remedy(for error: StorageError) -> String {
        switch error {
        case .unsupported: "; a newer program wrote it: start that one"
        case .corruption, .storeCorruption:
            "; move its db folder away and start again: the node comes back as one that has lost its store"
        default: ""
        }
    }

    /// Opens the store. One that does not open is kept aside, and the node goes on without it (rule 15): as it has
    /// forgotten everything it is suspect, keeps its name and incarnation, and comes back under new replica ids.
    private func open(
        _ directory: DataDirectory
    ) throws(NodeStartError) -> (engine: RocksEngine, verdict: RecoveryVerdict) {
        var options = EngineOptions()
        options.blockCacheBytes = configuration.cacheBytes
        do throws(OpenError) {
            return try RocksEngine.open(directory, options)
        } catch {
            guard case .corrupt(let path, let reason) = error else { throw NodeStartError("\(error)") }
            telemetry.log.critical("the store does not open (\(reason)): it is kept in \(path)")
            try Self.named { () throws(FileError) in
                try directory.markNodeSuspect(reason: "the store did not open: \(reason)")
            }
            return try Self.named { () throws(OpenError) in try RocksEngine.open(directory, options) }
        }
    }

    /// Takes those out of `result` that are marked suspect, and marks those that could not be read. The node's own mark
    /// is replaced by the names of the replicas that are here; of others, which nothing is left of, the members of
    /// their shards will tell (`Host`).
    private func setSuspectsAside(
        _ result: inout Recovery.Result, _ directory: DataDirectory
    ) throws(NodeStartError) {
        let found = result.replicas.map { LogName(shard: $0.descriptor.shard, replica: $0.member.replica) }
        for suspect in result.suspects {
            telemetry.log.critical(
                "a replica may have forgotten something: \(suspect.reason)",
                metadata: ["shard": "\(suspect.name.shard)"])
            try Self.named { () throws(FileError) in
                try directory.markSuspect(suspect.name, reason: suspect.reason)
            }
        }
        try Self.named { () throws(FileError) in try directory.nameSuspects(found) }
        for (name, reason) in directory.suspicion.replicas where !result.suspects.contains(where: { $0.name == name }) {
            if result.departed.tombstones.contains(where: { $0.shard == name.shard && $0.replica >= name.replica }) {
                // A crash came between the end of its data and that of its mark.
                try Self.named { () throws(FileError) in try directory.clearSuspect(name) }
                continue
            }
            let replica = result.replicas.first {
                $0.descriptor.shard == name.shard && $0.member.replica == name.replica
            }
            result.suspects.append(SuspectReplica(name: name, descriptor: replica?.descriptor, reason: reason))
        }
        let suspects = Set(result.suspects.map(\.name))
        result.replicas.removeAll { replica in
            suspects.contains(LogName(shard: replica.descriptor.shard, replica: replica.member.replica))
        }
    }

    /// Finishes what a crash has left half done: logs that do not reach their snapshot's base, replicas whose removal
    /// was applied, and logs without a replica (rule 16).
    private func finish(
        _ result: Recovery.Result, _ engine: RocksEngine, _ directory: DataDirectory
    ) throws(NodeStartError) {
        do throws(StorageError) {
            for task in result.removed {
                let batch = engine.makeBatch()
                task.build(into: batch)
                try engine.write(batch, writer: 1)
            }
            var known = result.replicas.map { LogName(shard: $0.descriptor.shard, replica: $0.member.replica) }
            // Kept for whoever has to find out what is left of a shard.
            known += result.suspects.map(\.name)
            known += result.votes.map(\.name)
            let orphans = try engine.allLogs().filter { !Set(known).contains($0) }
            let resets = result.resets.filter { known.contains($0.name) }
            guard !orphans.isEmpty || !resets.isEmpty || !result.removed.isEmpty else { return }
            // The state first: a log may go only when nothing depends on it.
            try engine.sync()
            try engine.write(LogBatch(resets: resets, destroys: orphans))
            try engine.sync()
            telemetry.log.notice("swept \(orphans.count) logs without a replica, reset \(resets.count) to a snapshot")
        } catch {
            throw NodeStartError("the store in \(directory.path) cannot be put in order: \(error)")
        }
    }

    /// Keeps SUSPECT as the lane says, away from its loop.
    func rememberSuspects(
        _ lane: Lane, _ directory: DataDirectory, _ engine: RocksEngine,
        _ fatal: @escaping @Sendable (String, Bool) -> Void
    ) {
        let pool = lane.readPool
        @Sendable func write(_ change: @escaping @Sendable () throws(FileError) -> Void) {
            pool.submit { _ in
                do throws(FileError) {
                    try change()
                } catch {
                    fatal("SUSPECT could not be written: \(error)", false)
                }
            }
        }
        lane.onSuspect = { suspect in
            write { () throws(FileError) in try directory.markSuspect(suspect.name, reason: suspect.reason) }
        }
        lane.onForgotten = { number in
            let reason = "a peer has heard log write \(number) of this node, which its disk has lost"
            do {
                try directory.markNodeSuspect(reason: reason)
                // Behind the mark: the next start must not find out about the same loss again.
                try engine.raiseNumber(above: number)
            } catch {
                telemetry.log.critical("\(error)")
            }
            fatal(reason, true)
        }
        lane.onCleared = { name in write { () throws(FileError) in try directory.clearSuspect(name) } }
    }
}
