package import Keyspace
internal import Placement
package import Raft
internal import Wire

/// From a pass of the scheduler to rows, and back.
extension Controller {
    /// Plans when it is time and nothing is on its way: a pass must see what the last one has decided.
    mutating func plan(now: Instant) {
        guard waiting.isEmpty, inFlight.isEmpty, isSettled(now: now) else { return }
        let interval = isPlanHurried ? limits.hurriedPlanInterval : limits.planInterval
        guard now - plannedAt >= interval else { return }
        plannedAt = now
        isPlanHurried = false
        forgetGoneNodes(now: now)
        let plan = scheduler.plan(view, now: now)
        obstacles = plan.obstacles
        for ending in plan.ended {
            // What was in the way says more than that it took too long.
            let trouble = drives[ending.shard]?.refusal.map { " (\($0))" } ?? ""
            waiting.append(
                PendingRow(kind: .end(ending.shard, failure: ending.failure.map { "\($0)\(trouble)" })))
        }
        endSenseless(but: plan.ended.map(\.shard), now: now)
        for planned in plan.operators { waiting.append(PendingRow(kind: .create(planned))) }
        sweep(now: now)
    }

    /// A request that cannot be done ends with the reason; what placement wants by itself it would want again.
    private mutating func endSenseless(but ended: [ShardID], now: Instant) {
        for entry in view.operators where entry.planned.priority == .manual {
            let shard = entry.planned.shard
            guard let drive = drives[shard], let since = drive.senselessSince, now - since >= limits.senselessTime,
                !ended.contains(shard)
            else { continue }
            waiting.append(PendingRow(kind: .end(shard, failure: drive.refusal)))
        }
    }

    /// Deletes the rows of shards that are no more. One that was not in the map for a whole interval will not be again,
    /// since ids are not reused.
    private mutating func sweep(now: Instant) {
        guard now - sweptAt >= limits.sweepInterval else { return }
        sweptAt = now
        let living = Set(view.shards.map(\.id))
        let gone = rows.filter { $0.value.record.end != nil && !living.contains($0.key) }.keys.sorted()
        for shard in gone.filter({ missing.contains($0) }).prefix(limits.rowsPerWriteMax) {
            waiting.append(PendingRow(kind: .forget(shard)))
        }
        missing = Set(gone)
    }

    /// A node that is to leave, has nothing left and is silent has left.
    private mutating func forgetGoneNodes(now: Instant) {
        for known in view.nodes where known.duty == .decommissioning {
            let health = known.health(leadingSince: view.leadingSince, rules: scheduler.rules, now: now)
            guard health.isDead || health.isDown else { continue }
            if !holdsReplica(known.id) { view.forget(known.id) }
        }
    }

    /// Sends the next batch of rows, if none is on its way.
    mutating func flush() {
        guard inFlight.isEmpty, !waiting.isEmpty else { return }
        var keys: Set<Key> = []
        var writes: [RowWrite] = []
        while let next = waiting.first, writes.count < limits.rowsPerWriteMax {
            let write = row(of: next)
            // The next operator of a shard needs the version that the end of the last one gets.
            guard keys.insert(write.key).inserted else { break }
            writes.append(write)
            inFlight.append(waiting.removeFirst())
        }
        effects.append(.write(writes))
    }

    private func row(of pending: PendingRow) -> RowWrite {
        switch pending.kind {
        case .end(let shard, let failure):
            var record =
                rows[shard]?.record
                ?? OperatorRecord(shard: shard, steps: [], priority: 0, reason: "", patienceMilliseconds: 0)
            record.end = OperatorRecord.End(operation: rows[shard]?.version.rawValue ?? 0, failure: failure)
            return RowWrite(
                key: SystemRow.key(ofOperatorOf: shard), value: SystemRow.encode(record),
                expects: rows[shard]?.version)
        case .create(let planned):
            return RowWrite(
                key: SystemRow.key(ofOperatorOf: planned.shard), value: SystemRow.encode(planned.record),
                expects: rows[planned.shard]?.version)
        case .duty(let node, let duty):
            return RowWrite(
                key: SystemRow.key(ofDutyOf: node), value: SystemRow.encode(duty: duty),
                expects: duties[node]?.version)
        case .replication(let factor):
            return RowWrite(
                key: SystemRow.replication, value: SystemRow.encode(replication: UInt8(clamping: factor.rawValue)),
                expects: replicationVersion)
        case .forget(let shard):
            return RowWrite(key: SystemRow.key(ofOperatorOf: shard), value: nil, expects: rows[shard]?.version)
        }
    }

    /// What became of the batch: the version of each row, nil where its condition was false; nil for all when that is
    /// not known. Then the rows are read anew, since somebody else has written them, or this node has.
    package mutating func wrote(_ versions: [Timestamp?]?, now: Instant) {
        let written = inFlight
        inFlight = []
        for (position, pending) in written.enumerated() {
            guard let versions, position < versions.count, let version = versions[position] else {
                needsRows = true
                let isKnown = versions != nil
                answer(
                    pending.asker,
                    .failure(isKnown ? .unavailable("somebody else was first: try again") : .ambiguous))
                continue
            }
            took(pending, version, now: now)
        }
        guard needsRows else { return }
        // Planned with what may be wrong.
        for pending in waiting { answer(pending.asker, .failure(.unavailable("placement reads its rows again"))) }
        waiting = []
    }

    private mutating func took(_ pending: PendingRow, _ version: Timestamp, now: Instant) {
        switch pending.kind {
        case .end(let shard, let failure): ended(shard, failure, version, now: now)
        case .create(let planned): began(planned, version, asker: pending.asker, now: now)
        case .duty(let node, let duty):
            duties[node] = (duty, version)
            if var known = view.node(node) {
                known.duty = NodeDuty(duty)
                view.update(known)
            }
            isPlanHurried = true
            answer(pending.asker, .success(.accepted(operation: 0, of: ShardID(0))))
        case .replication(let factor):
            scheduler.rules.replication = factor
            replicationVersion = version
            isPlanHurried = true
            answer(pending.asker, .success(.accepted(operation: 0, of: ShardID(0))))
        case .forget(let shard): rows[shard] = nil
        }
    }

    private mutating func ended(_ shard: ShardID, _ failure: String?, _ version: Timestamp, now: Instant) {
        // A merge that failed would freeze its right part again and again.
        if failure != nil, let partner = rows[shard]?.record.partner {
            view.restartQuiet([shard, partner], now: now)
        }
        view.end(shard)
        drives[shard] = nil
        if var row = rows[shard] {
            row.record.end = OperatorRecord.End(operation: row.version.rawValue, failure: failure)
            row.version = version
            rows[shard] = row
        }
        remember(shard)
        isPlanHurried = true
        effects.append(.note(failure.map { "an operator ended early: \($0)" } ?? "an operator is done", shard))
    }

    private mutating func remember(_ shard: ShardID) {
        guard let status = operation(of: shard) else { return }
        endings.append(status)
        if endings.count > limits.endingsMax { endings.removeFirst() }
    }

    private mutating func began(_ planned: Operator, _ version: Timestamp, asker: UInt64, now: Instant) {
        // A request takes the place of an operator that has done nothing yet, or all; the row knows only one.
        if var replaced = rows[planned.shard], replaced.record.end == nil {
            replaced.record.end = OperatorRecord.End(
                operation: replaced.version.rawValue,
                failure: Operator(replaced.record).flatMap { failure(ofReplaced: $0) })
            rows[planned.shard] = replaced
            remember(planned.shard)
        }
        view.end(planned.shard)
        rows[planned.shard] = OperatorRow(record: planned.record, version: version)
        drives[planned.shard] = Drive()
        if !view.begin(planned, at: now) { endOverlapping(planned.shard) }
        answer(asker, .success(.accepted(operation: version.rawValue, of: planned.shard)))
        effects.append(.note("planned, \(planned)", planned.shard))
    }

    /// A row of an operator that has a shard in common with another one: nobody drives it, so it ends, and who waits
    /// for it is told.
    mutating func endOverlapping(_ shard: ShardID) {
        waiting.append(PendingRow(kind: .end(shard, failure: "another change has its shard")))
    }

    mutating func answer(_ asker: UInt64, _ result: Result<PlacementAnswer, RequestError>) {
        if asker != 0 { effects.append(.answer(asker, result)) }
    }
}

extension NodeHealth {
    /// Silent, but not for so long that its replicas are replaced.
    var isDown: Bool {
        if case .down = self { true } else { false }
    }
}
