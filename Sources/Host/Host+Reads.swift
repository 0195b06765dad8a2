import Keyspace
package import Raft
package import Wire

extension Host {
    /// A read; its shard asks for one index per turn, whatever the number of reads (rule 25).
    package mutating func read(_ read: PendingRead, route: RouteStamp) {
        guard let slot = slots[route.shard] else {
            return answer(read.reference, .failure(absence(of: route.shard, since: route.version)))
        }
        let descriptor = replicas[slot].descriptor
        guard route.version == descriptor.epoch.version else {
            return answer(read.reference, .failure(mismatch(slot, since: route.version)))
        }
        guard !replicas[slot].isFrozen else { return answer(read.reference, .failure(frozen(slot))) }
        if let problem = Self.problem(of: read, in: descriptor) {
            return answer(read.reference, .failure(problem))
        }
        if waitingReads(slot) >= limits.waitingReadsMax {
            counters.refusedBusy += 1
            return answer(
                read.reference, .failure(.busy(retryAfterMilliseconds: 10, reason: "too many reads are waiting")))
        }
        count(read, slot)
        replicas[slot].arrivedReads.append(read)
        touch(slot)
    }

    /// Only a leader knows whether the shard is frozen still: whoever asks a replica that has been left behind must not
    /// go on asking it.
    private func frozen(_ slot: Int) -> RequestError {
        replicas[slot].group.role == .leader ? .frozen : notLeader(slot)
    }

    private func waitingReads(_ slot: Int) -> Int {
        var count = replicas[slot].arrivedReads.count
        for waiting in replicas[slot].unconfirmedReads { count += waiting.reads.count }
        for waiting in replicas[slot].unappliedReads { count += waiting.reads.count }
        return count
    }

    private static func problem(of read: PendingRead, in descriptor: Descriptor) -> RequestError? {
        switch read.body {
        case .get(let request):
            guard request.keys.count > 0 else { return .invalidRequest("the request names no key") }
            return request.keys.allLie(in: descriptor.range) ? nil : .epochMismatch([descriptor])
        case .scan(let request):
            guard request.start < request.end else {
                return .invalidRequest("the scan's start is not below its end")
            }
            guard descriptor.range.start <= request.start, request.end <= descriptor.range.end else {
                return .epochMismatch([descriptor])
            }
            return nil
        }
    }

    /// Fixes the index for everything that arrived since the last turn. The clock was read after they arrived.
    mutating func startReads(_ slot: Int, now: Instant) {
        guard !replicas[slot].arrivedReads.isEmpty else { return }
        let reads = replicas[slot].arrivedReads
        replicas[slot].arrivedReads.removeAll(keepingCapacity: true)
        guard !replicas[slot].isFrozen else { return answer(reads.map(\.reference), .failure(frozen(slot))) }
        let id = ReadID(nextReadID)
        nextReadID &+= 1
        switch replicas[slot].group.read(id, now: now, neighbours: neighbourhood) {
        case .serve(let index):
            counters.leaseReads += UInt64(reads.count)
            release(reads, at: index, slot)
        case .waiting:
            counters.roundReads += UInt64(reads.count)
            replicas[slot].unconfirmedReads.append((id, reads))
        case .notLeader:
            answer(reads.map(\.reference), .failure(notLeader(slot)))
        }
    }

    /// A round came back: the index holds.
    mutating func confirm(_ read: Ready<EncodedEntry>.ConfirmedRead, _ slot: Int) {
        guard let position = replicas[slot].unconfirmedReads.firstIndex(where: { $0.id == read.id }) else { return }
        let reads = replicas[slot].unconfirmedReads.remove(at: position).reads
        release(reads, at: read.index, slot)
    }

    /// Leadership ended before the round came back: nothing was served, the client asks elsewhere.
    mutating func fail(_ id: ReadID, _ slot: Int) {
        guard let position = replicas[slot].unconfirmedReads.firstIndex(where: { $0.id == id }) else { return }
        let reads = replicas[slot].unconfirmedReads.remove(at: position).reads
        answer(reads.map(\.reference), .failure(notLeader(slot)))
    }

    private mutating func release(_ reads: [PendingRead], at index: LogIndex, _ slot: Int) {
        if replicas[slot].group.appliedIndex >= index || isPlanted(.readBeforeApplied) {
            effects.reads.append(ReadTask(generation: replicas[slot].generation, reads: reads))
        } else {
            replicas[slot].unappliedReads.append((index, reads))
        }
    }

    /// Serves what waited for the applier.
    mutating func releaseApplied(_ slot: Int) {
        guard !replicas[slot].unappliedReads.isEmpty else { return }
        let applied = replicas[slot].group.appliedIndex
        let generation = replicas[slot].generation
        for waiting in replicas[slot].unappliedReads where waiting.index <= applied {
            effects.reads.append(ReadTask(generation: generation, reads: waiting.reads))
        }
        replicas[slot].unappliedReads.removeAll { $0.index <= applied }
    }

    /// Whether a value fetched for this generation may still be handed out (rule 25).
    package func isCurrent(_ generation: ReadGeneration) -> Bool {
        guard let slot = slots[generation.shard] else { return false }
        return replicas[slot].generation == generation
    }
}

extension Host {
    /// Commits an entry without operations, so that replicated time passes a record that is due by the leader's
    /// clock, and serves the read behind it (rule 21).
    package mutating func readAfterStamp(_ read: PendingRead, _ generation: ReadGeneration, now: Instant) {
        guard let slot = slots[generation.shard], replicas[slot].generation == generation else {
            return answer(
                read.reference, .failure(mismatch(of: generation.shard, since: generation.version)))
        }
        guard let (index, _) = replicas[slot].group.nextProposal else {
            return answer(read.reference, .failure(notLeader(slot)))
        }
        guard !replicas[slot].isFrozen else { return answer(read.reference, .failure(.frozen)) }
        cut(slot, now: now)
        waitingToCut.removeAll { $0 == slot }
        guard replicas[slot].group.lastIndex >= index else {
            let reason = "the shard's replicas are behind"
            return answer(read.reference, .failure(.busy(retryAfterMilliseconds: 20, reason: reason)))
        }
        replicas[slot].unappliedReads.append((index, [read]))
        touch(slot)
    }
}
