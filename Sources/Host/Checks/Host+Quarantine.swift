import Keyspace
import Raft
import Storage
import Wire

/// A replica that is not what a majority is takes no part any more, and another one takes its place (rules 15 and 39):
/// never on the word of a single replica, and never before it has seen for itself that it differs.
extension Host {
    /// A replica that the majority disagrees with, until it is gone from the configuration.
    struct Conviction: Sendable {
        var divergence: CheckDivergence
        var until: Instant
    }

    /// A leader that is to give way before it is taken out of service. Once it has, it tells the next one, which has to
    /// know before it accepts a change of members that needs this replica.
    struct Condemned: Sendable {
        var name: LogName
        var divergence: CheckDivergence
        var reason: String
        var deadline: Instant
    }

    mutating func convict(_ divergence: CheckDivergence, _ slot: Int, now: Instant) {
        let member = divergence.expected.member
        convictions.removeAll { known in
            known.divergence.expected.member == member
                && known.divergence.expected.shard == divergence.expected.shard
        }
        convictions.append(Conviction(divergence: divergence, until: now + limits.convictionTime))
        press(divergence, slot, now: now)
    }

    /// A later check of all that was compared then has found it like the others.
    mutating func acquit(_ check: ShardCheck, wantsScan: Bool) {
        convictions.removeAll { conviction in
            let expected = conviction.divergence.expected
            return expected.shard == check.shard && (wantsScan || expected.scan == nil)
                && check.replicas.contains { $0.member == expected.member && $0.finding == .equal }
        }
    }

    /// What is known of a replica's rows is of an earlier check, which nobody can verify any more.
    func isScanWanted(_ slot: Int) -> Bool {
        convictions.contains { conviction in
            let expected = conviction.divergence.expected
            return expected.shard == replicas[slot].descriptor.shard && expected.scan != nil
        }
    }

    private mutating func press(_ divergence: CheckDivergence, _ slot: Int, now: Instant) {
        let member = divergence.expected.member
        guard member != replicas[slot].group.member else { return condemn(divergence, slot, now: now) }
        // Else the change of members that is under way comes first.
        guard outvote(divergence.agreeing, slot) else { return }
        effects.notices.append((member.node, .diverged(term: replicas[slot].group.term, divergence)))
    }

    /// Whether those who agree are a majority, and stay one whatever becomes of a change that is in the log: the shard
    /// has to go on without the one that they take out of service. A leader counts those who answer it now.
    private func outvote(_ agreeing: [ReplicaID], _ slot: Int) -> Bool {
        let group = replicas[slot].group
        let there = group.role == .leader ? answering(slot).filter(agreeing.contains) : agreeing
        return [replicas[slot].descriptor.configuration, group.configuration].allSatisfy { configuration in
            configuration.hasMajority { there.contains($0) }
        }
    }

    /// Replicas of the shard that are being taken out of service, the leader's own among them: no configuration may
    /// need them.
    func convicted(of shard: ShardID) -> [ReplicaID] {
        convictions.filter { $0.divergence.expected.shard == shard }.map(\.divergence.expected.member.replica)
            + condemned.filter { $0.name.shard == shard }.map(\.name.replica)
    }

    /// A notice may be lost, and its receiver away for a while.
    mutating func repeatConvictions(now: Instant) {
        convictions.removeAll { conviction in
            let expected = conviction.divergence.expected
            guard conviction.until > now, let slot = slots[expected.shard], replicas[slot].group.role == .leader else {
                return true
            }
            return replicas[slot].descriptor.configuration.member(expected.member.replica) != expected.member
        }
        for conviction in convictions {
            guard let slot = slots[conviction.divergence.expected.shard] else { continue }
            press(conviction.divergence, slot, now: now)
        }
    }

    /// A leader says that the replica here is not what a majority is; or one that has led until now says it of itself.
    mutating func hear(_ divergence: CheckDivergence, of term: Term, from peer: NodeID, now: Instant) {
        let expected = divergence.expected
        guard let slot = slots[expected.shard], replicas[slot].group.term == term else { return }
        if replicas[slot].group.role == .leader, expected.member.node == peer {
            return hearConfession(divergence, slot, now: now)
        }
        // A former leader does not know what the present one is about to make of the members.
        guard replicas[slot].group.member == expected.member, replicas[slot].group.leader?.node == peer else { return }
        condemn(divergence, slot, now: now)
    }

    /// Who has led the shard was found out. That counts if the replica that leads now holds what those do who agreed.
    private mutating func hearConfession(_ divergence: CheckDivergence, _ slot: Int, now: Instant) {
        let expected = divergence.expected
        guard divergence.agreeing.contains(replicas[slot].group.member.replica),
            replicas[slot].descriptor.configuration.member(expected.member.replica) == expected.member,
            let own = ownReport(like: expected, slot), own.chain == expected.chain,
            expected.scan == nil || own.scan == expected.scan
        else { return }
        convict(divergence, slot, now: now)
    }

    /// What the replica in this slot has told of the same check. Another release's hash says nothing of what is here.
    private func ownReport(like expected: CheckReport, _ slot: Int) -> CheckReport? {
        ownReports[expected.shard].flatMap { own in
            own.member == replicas[slot].group.member && own.position == expected.position
                && own.format == expected.format ? own : nil
        }
    }

    /// Takes the replica in this slot out of service, once it does not lead any more: it must have seen the same check,
    /// and differ.
    private mutating func condemn(_ divergence: CheckDivergence, _ slot: Int, now: Instant) {
        let expected = divergence.expected
        guard let own = ownReport(like: expected, slot), own.member == expected.member else { return }
        let isOtherData = expected.scan != nil && own.scan != nil && own.scan != expected.scan
        guard own.chain != expected.chain || isOtherData else { return }
        let agreeing = divergence.agreeing
        guard !agreeing.contains(own.member.replica), outvote(agreeing, slot) else { return }
        let name = LogName(shard: own.shard, replica: own.member.replica)
        let what = own.chain != expected.chain ? "the same entries did something else here" : "what is stored differs"
        let reason = "\(Self.divergencePrefix) at entry \(own.position.index): \(what)"
        guard replicas[slot].group.role == .leader else {
            condemned.removeAll { $0.name == name }
            return suspect(slot, reason)
        }
        guard !condemned.contains(where: { $0.name == name }) else { return }
        condemned.append(
            Condemned(name: name, divergence: divergence, reason: reason, deadline: now + limits.condemnedTime))
        handOver(slot, to: agreeing, now: now)
    }

    /// How the reason begins why a replica is suspect that a check has found out.
    package static let divergencePrefix = "it is not what a majority of the shard's replicas is"

    /// To one of those who agree, the furthest that is connected.
    private mutating func handOver(_ slot: Int, to agreeing: [ReplicaID], now: Instant) {
        let successor = replicas[slot].group.progress.filter { status in
            agreeing.contains(status.member.replica) && peers[status.member.node]?.isConnected == true
                && replicas[slot].group.configuration.isVoter(status.member.replica)
        }.max { $0.match < $1.match }
        guard let successor else { return }
        let transfer = TransferID(boot &+ nextTransfer)
        nextTransfer &+= 1
        // Refused while one is under way: that one does as well.
        try? replicas[slot].group.transferLeadership(to: successor.member.replica, id: transfer, now: now)
        touch(slot)
    }

    /// Tells the next leader what was found out about this replica, before that can count on it.
    mutating func confess(_ slot: Int) {
        let name = LogName(shard: replicas[slot].descriptor.shard, replica: replicas[slot].group.member.replica)
        guard let entry = condemned.first(where: { $0.name == name }), let leader = replicas[slot].group.leader,
            leader != replicas[slot].group.member
        else { return }
        effects.notices.append((leader.node, .diverged(term: replicas[slot].group.term, entry.divergence)))
    }

    /// Every control interval. Whoever still leads when its time is up goes all the same: it has accepted no change
    /// that needs it, and no other leader has while this one's lease lasts. Whoever does not lead any more goes by the
    /// word of the leader, which is told until it has spoken; the next check finds whatever comes of nothing here.
    mutating func endCondemned(now: Instant) {
        guard !condemned.isEmpty else { return }
        for entry in condemned {
            guard let slot = slots[entry.name.shard], replicas[slot].group.member.replica == entry.name.replica else {
                condemned.removeAll { $0.name == entry.name }
                continue
            }
            let isOver = entry.deadline <= now
            defer { if isOver { condemned.removeAll { $0.name == entry.name } } }
            guard replicas[slot].group.role == .leader else {
                confess(slot)
                continue
            }
            // Whoever serves reads from it meanwhile reads what it has read before; it must not be for long.
            guard isOver, outvote(entry.divergence.agreeing, slot), reachesQuorum(replicas[slot], now: now) else {
                continue
            }
            suspect(slot, entry.reason)
        }
    }
}
