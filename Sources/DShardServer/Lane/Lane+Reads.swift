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
    /// Serves reads whose index is applied: one key from memory at once, right into the connection's buffer; what is
    /// not in memory, and everything that needs a cut, by the read pool in one batch (DESIGN §6).
    func serve(_ tasks: [ReadTask]) {
        for task in tasks {
            var cold: [PendingRead] = []
            let applied = host.replica(of: task.generation.shard)?.lastVersionApplied ?? .zero
            for read in task.reads {
                if case .get(let get) = read.body, get.keys.count == 1,
                    serveFromMemory(read.reference, get, task.generation, appliedMilliseconds: applied.milliseconds)
                {
                    continue
                }
                cold.append(read)
            }
            if !cold.isEmpty { serveFromDisk(ReadTask(generation: task.generation, reads: cold), applied) }
        }
    }

    /// Answers a single get when memtable or block cache hold it; false when a disk would have to be asked.
    private func serveFromMemory(
        _ reference: RequestReference, _ get: GetRequest, _ generation: ReadGeneration, appliedMilliseconds: UInt64
    ) -> Bool {
        guard reference.connection != 0, let key = get.keys.first else { return false }
        guard let connection = clients[reference.connection],
            let client = connection.attachment as? ClientState
        else { return true }
        let clusterMilliseconds = host.clock.milliseconds(at: host.lastTurn)
        var verdict = Served.absent
        do throws(StorageError) {
            let outcome = try state.get(get.keys.bytes.readableBytesSpan.extracting(key), tier: .cacheOnly) { stored in
                verdict = write(
                    stored, reference.id, to: connection, appliedMilliseconds: appliedMilliseconds,
                    clusterMilliseconds: clusterMilliseconds)
            }
            if outcome == .wouldBlock { return false }
        } catch {
            fail(error, generation.shard, reference)
            return true
        }
        switch verdict {
        case .answered: break
        case .absent:
            connection.writeFrame { buffer in ClientResponse.encodeAbsent(id: reference.id, into: &buffer) }
        case .due:
            rereadAfterStamp(PendingRead(reference: reference, body: .get(get)), generation)
            return true
        case .unreadable:
            fail(.corruption("a stored value is malformed"), generation.shard, reference)
            return true
        }
        client.inFlight -= 1
        markDirty(connection, client)
        return true
    }

    /// What became of a single get.
    private enum Served {
        /// The value stands in the connection's buffer.
        case answered
        /// There is no live record.
        case absent
        /// Expired by the leader's clock but not yet by replicated time (rule 21).
        case due
        case unreadable
    }

    private func write(
        _ stored: RawSpan, _ id: UInt64, to connection: FramedConnection, appliedMilliseconds: UInt64,
        clusterMilliseconds: UInt64
    ) -> Served {
        do throws(StorageError) {
            let header = try DataValue.decode(stored)
            if let expiry = header.expiry {
                if expiry <= appliedMilliseconds { return .absent }
                if expiry <= clusterMilliseconds { return .due }
            }
            let value = stored.extracting(droppingFirst: header.valueOffset)
            connection.writeFrame { buffer in
                ClientResponse.encodeValue(id: id, version: header.version, value: value, into: &buffer)
            }
            return .answered
        } catch {
            return .unreadable
        }
    }

    /// Commits an entry without operations, so that replicated time passes the record's expiry, and reads again.
    private func rereadAfterStamp(_ read: PendingRead, _ generation: ReadGeneration) {
        host.readAfterStamp(read, generation, now: SteadyClock.now())
        scheduleTurn()
    }

    private func serveFromDisk(_ task: ReadTask, _ applied: Timestamp) {
        let clusterMilliseconds = host.clock.milliseconds(at: host.lastTurn)
        let reader = DiskReader(
            store: state, appliedMilliseconds: applied.milliseconds, clusterMilliseconds: clusterMilliseconds)
        readPool.submit { [self] poolState in
            guard case .active = poolState else { return }
            let results = reader.read(task)
            loop.execute { [self] in finish(task, results) }
        }
    }

    /// Hands out what the pool read, if the replica is still the one it was asked of (rule 25).
    private func finish(_ task: ReadTask, _ results: [DiskReader.Outcome]) {
        for (read, result) in zip(task.reads, results) {
            guard host.isCurrent(task.generation) else {
                respond(read.reference, .failure(.epochMismatch([])))
                continue
            }
            switch result {
            case .body(let body): respond(read.reference, body)
            case .due: rereadAfterStamp(read, task.generation)
            case .failed(let error): fail(error, task.generation.shard, read.reference)
            }
        }
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
