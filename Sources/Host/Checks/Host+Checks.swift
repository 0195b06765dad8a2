import Keyspace
package import Raft
import Storage
package import Wire

/// The consistency check (rule 39): a leader proposes an entry that changes nothing, every replica tells what it holds
/// at that entry, and the leader compares.
extension Host {
    /// A request of a connected client: compare the shard's replicas now, rows included.
    package mutating func check(_ request: CheckRequest, from reference: RequestReference, now: Instant) {
        do throws(RequestError) {
            guard let slot = slots[request.shard] else { throw absence(of: request.shard, since: 0) }
            guard replicas[slot].group.role == .leader else { throw notLeader(slot) }
            guard !checks.contains(where: { $0.shard == request.shard }) else {
                throw .busy(retryAfterMilliseconds: 200, reason: "the shard is being checked")
            }
            guard admission != .diskFull else { throw .diskFull }
            try proposeCheck(slot, wantsScan: true, asker: reference, now: now)
        } catch {
            answer(reference, .failure(error))
        }
    }

    mutating func proposeCheck(
        _ slot: Int, wantsScan: Bool, asker: RequestReference?, now: Instant
    ) throws(RequestError) {
        guard let (index, term) = replicas[slot].group.nextProposal else { throw notLeader(slot) }
        let entry = CheckCommand(wantsScan: wantsScan).encode(term: term, index: index)
        do throws(ProposeError) {
            _ = try replicas[slot].group.propose(entry, now: now)
        } catch {
            throw requestError(error, slot)
        }
        checks.append(
            CheckRound(
                shard: replicas[slot].descriptor.shard, position: LogPosition(index: index, term: term),
                wantsScan: wantsScan, asker: asker, startedAt: now, deadline: now + limits.checkPatience))
        if wantsScan { replicas[slot].scannedAt = now }
        touch(slot)
    }

    // MARK: What replicas hold

    /// Entries of checks were applied here.
    mutating func noteChecks(_ batch: AppliedBatch, _ slot: Int, now: Instant) {
        for check in batch.checks {
            replicas[slot].checkedIndex = check.position.index
            replicas[slot].checkDue = now + limits.checkInterval
            // With a scan it is told when that is done.
            guard check.wantsScan else {
                tell(check, scan: nil, slot, now: now)
                continue
            }
            let name = LogName(shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica)
            // An earlier one of this shard gives way to it.
            scansUnderWay.removeAll { $0.name.shard == name.shard }
            scansUnderWay.append((name, check.position))
        }
    }

    /// What became of a scan. The replica may be another one by now, or gone.
    package mutating func scanned(_ event: ScanEvent, now: Instant) {
        let (name, check, scan): (LogName, AppliedCheck, UInt64?) =
            switch event {
            case .done(let name, let check, let hash): (name, check, hash)
            case .dropped(let name, let check), .unreadable(let name, let check, _): (name, check, nil)
            }
        scansUnderWay.removeAll { $0.name == name && $0.position == check.position }
        if scan == nil { counters.scansDropped += 1 }
        guard let slot = slots[name.shard], replicas[slot].group.member.replica == name.replica else { return }
        tell(check, scan: scan, slot, now: now)
    }

    private mutating func tell(_ check: AppliedCheck, scan: UInt64?, _ slot: Int, now: Instant) {
        let own = replicas[slot].group.member
        let report = CheckReport(
            shard: replicas[slot].descriptor.shard, member: own, position: check.position, chain: check.chain,
            scan: scan)
        ownReports[report.shard] = report
        guard let leader = replicas[slot].group.leader else { return }
        guard leader.node == node else {
            return effects.notices.append((leader.node, .checked(to: leader, report)))
        }
        take(report, now: now)
    }

    /// A follower's report.
    mutating func hear(_ report: CheckReport, to: Member, from peer: NodeID, now: Instant) {
        guard report.member.node == peer, let slot = slots[report.shard], replicas[slot].group.member == to else {
            return
        }
        take(report, now: now)
    }

    private mutating func take(_ report: CheckReport, now: Instant) {
        guard let position = checks.firstIndex(where: { $0.shard == report.shard }),
            checks[position].note(report)
        else { return }
        if report.member.node == node {
            // The others may need as long again, within bounds.
            let began = checks[position].startedAt
            let bound = max(began + limits.checkPatienceMax, now + limits.checkPatience)
            checks[position].deadline = min(now + (now - began) + limits.checkPatience, bound)
        }
        judgeIfComplete(position, now: now)
    }

    // MARK: The comparison

    /// Every second: what is due is proposed, and what has waited long enough is judged.
    mutating func tendChecks(now: Instant) {
        endCondemned(now: now)
        guard now - checksTendedAt >= limits.checkTick else { return }
        checksTendedAt = now
        // From the end, because those that are over leave the list.
        for position in checks.indices.reversed() { judgeIfComplete(position, now: now) }
        repeatConvictions(now: now)
        endVainScans()
        guard admission == .open else { return }
        var proposed = 0
        for slot in replicas.indices where proposed < Self.proposedAtOnceMax {
            guard isCheckDue(slot, now: now) else { continue }
            // One at a time of those that nobody asked for: every replica of the shard has to find the time for it.
            let isScanDue =
                (now - replicas[slot].scannedAt >= limits.scanInterval || isScanWanted(slot))
                && !checks.contains { $0.wantsScan }
            // Refused: it is tried again.
            let isProposed: ()? = try? proposeCheck(slot, wantsScan: isScanDue, asker: nil, now: now)
            proposed += isProposed == nil ? 0 : 1
        }
        checkQuiet(now: now)
    }

    /// Shards that begin a check within one tick: the others follow, so that replicas are not all read at once.
    private static let proposedAtOnceMax = 8

    /// Whether the shard is led here, has changed since its last check or has a replica that differed then, and is not
    /// being checked.
    private mutating func isCheckDue(_ slot: Int, now: Instant) -> Bool {
        guard replicas[slot].group.role == .leader, !replicas[slot].isRetired else { return false }
        let shard = replicas[slot].descriptor.shard
        guard replicas[slot].group.appliedIndex > replicas[slot].checkedIndex || !convicted(of: shard).isEmpty else {
            return false
        }
        guard let due = replicas[slot].checkDue else {
            // Somewhere in the first interval, another moment for each shard; and its first scan as well: shards that
            // have just come out of splits are busy enough.
            let hash = shard.rawValue &* 0x9E37_79B9_7F4A_7C15
            replicas[slot].checkDue = now + limits.checkInterval.part(hash >> 40)
            if replicas[slot].scannedAt == .distantPast {
                let passed = limits.scanInterval.part(hash >> 16 & 0xFF_FFFF)
                replicas[slot].scannedAt = now + Interval(nanoseconds: -passed.nanoseconds)
            }
            return false
        }
        return due <= now && !checks.contains { $0.shard == shard }
    }

    private mutating func judgeIfComplete(_ position: Int, now: Instant) {
        let round = checks[position]
        guard let slot = slots[round.shard], replicas[slot].group.role == .leader else {
            return endCheck(position, .failure(.ambiguous))
        }
        let configuration = replicas[slot].descriptor.configuration
        let missing = configuration.members.filter { member in
            !round.reports.contains { $0.member == member } && !round.passed.contains(member.replica)
        }
        let isHere = round.reports.contains { $0.member.node == node }
        let isHopeless =
            isHere && now - round.startedAt >= limits.checkGrace
            && missing.allSatisfy { !mayTell($0, at: round.position.index, slot) }
        guard missing.isEmpty || isHopeless || now >= deadline(of: round, slot) else { return }
        guard isHere else {
            return endCheck(position, .failure(.unavailable("the check was not committed in time")))
        }
        let empty = ShardCheck(
            shard: round.shard, index: round.position.index, verdict: .incomplete, replicas: [])
        let judgement = CheckJudgement(round.reports, configuration, wantsScan: round.wantsScan, empty: empty)
        counters.checks += 1
        note(judgement.check)
        acquit(judgement.check, wantsScan: round.wantsScan)
        for divergence in judgement.divergences { convict(divergence, slot, now: now) }
        endCheck(position, .checked(judgement.check))
    }

    /// Whether it is worth waiting for a member: it can be reached, and, if it only listens, is not still on its way to
    /// the entry, for which it may need a snapshot first.
    private func mayTell(_ member: Member, at index: LogIndex, _ slot: Int) -> Bool {
        guard peers[member.node]?.isConnected == true else { return false }
        let group = replicas[slot].group
        if group.configuration.isVoter(member.replica) { return true }
        return group.progress.contains { $0.member == member && $0.match >= index }
    }

    /// A snapshot was installed: whatever check it went past, the receiver cannot tell any more. Its sender leads.
    mutating func tellPassed(_ snapshot: IncomingSnapshot) {
        let report = CheckReport(
            shard: snapshot.shard, member: snapshot.receiver, position: snapshot.offer.position,
            chain: snapshot.offer.chain, scan: nil)
        effects.notices.append((snapshot.sender.node, .checked(to: snapshot.sender, report)))
    }

    private mutating func endCheck(_ position: Int, _ body: ClientResponse.Body) {
        let round = checks.remove(at: position)
        if round.wantsScan { tellOver(round) }
        if let asker = round.asker { answer(asker, body) }
    }

    /// Leadership ended, or the replica is taken out of service: another leader begins anew.
    mutating func leaveCheck(_ shard: ShardID) {
        convictions.removeAll { $0.divergence.expected.shard == shard }
        dividedShards.removeAll { $0.shard == shard }
        guard let position = checks.firstIndex(where: { $0.shard == shard }) else { return }
        endCheck(position, .failure(.ambiguous))
    }

    private mutating func note(_ check: ShardCheck) {
        dividedShards.removeAll { $0.shard == check.shard }
        switch check.verdict {
        case .equal: return
        case .incomplete: break
        case .divergent: counters.divergences += 1
        case .divided:
            counters.divisions += 1
            dividedShards.append(check)
        }
        effects.checks.append(check)
    }

    /// What operators have to decide, one line per shard, for people: replicas differ, and no majority is there.
    package var checkNotes: [String] {
        dividedShards.map { check in
            "shard \(check.shard): its replicas differ at entry \(check.index), and no majority of them agrees"
        }
    }
}

extension Interval {
    /// So many 2²⁴ths of it.
    fileprivate func part(_ number: UInt64) -> Interval {
        Interval(nanoseconds: nanoseconds / (1 << 24) * Int64(clamping: number))
    }
}
