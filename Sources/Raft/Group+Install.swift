/// The receiving side of snapshots (paper §7, rule 31).
///
/// The order at the host: `beginInstall` → everything handed out so far is applied → the data is installed durably,
/// which is the commit point → `install` → the `Ready.persist` that carries the `base`. A crash in between finds
/// state that is ahead of the log; recovery then replaces a log that does not contain the state's position by an empty
/// one there (rule 16), which is what `base` does too.
extension Group {
    /// Asks whether `snapshot` is wanted. From an `accepted` until `install` or `cancelInstall` nothing is handed out
    /// to be applied, so that the state does not move under the snapshot; all else goes on.
    package mutating func beginInstall(of snapshot: SnapshotMetadata) -> SnapshotVerdict {
        guard installing == nil else { return .alreadyInstalling }
        // Behind a barrier the state may have to come another way, though the log is here.
        let verdict = verdict(on: snapshot, beyond: barrier == nil ? commitIndex : handedOut)
        if verdict == .accepted { installing = snapshot.position }
        return verdict
    }

    /// The installation was given up before its commit point.
    package mutating func cancelInstall() {
        installing = nil
    }

    /// The data of `snapshot` is durably installed: the replica stands at its position. The log is kept if it
    /// contains that position, from there on, and dropped otherwise.
    package mutating func install(
        _ snapshot: SnapshotMetadata, now: Instant, neighbours: Neighbourhood
    ) -> SnapshotVerdict {
        defer { checkInvariants() }
        if let installing, installing != snapshot.position { return .alreadyInstalling }
        // What was announced is installed even if the commit index has passed it: the state is there now.
        let verdict = verdict(on: snapshot, beyond: installing == nil ? commitIndex : handedOut)
        guard verdict == .accepted, !contradictsCommitted(snapshot.position) else {
            return verdict == .accepted ? .malformed : verdict
        }
        installing = nil
        let position = snapshot.position
        if position.term > term { becomeFollower(in: position.term, of: nil, now: now, neighbours: neighbours) }
        let base = LogBase(position: position, dropsLog: log.term(at: position.index) != position.term)
        if base.dropsLog { dropLog(base: position, now: now) } else { log.truncate(through: position.index) }
        durability.noteSnapshot(base)
        if isPlanted(.snapshotWithoutConfiguration) {
            configurations.apply(through: position.index)
        } else {
            configurations.install(snapshot.configuration, at: position.index)
        }
        commitIndex = max(commitIndex, position.index)
        handedOut = position.index
        if let waiting = barrier, waiting <= position.index { barrier = nil }
        appliedIndex = position.index
        if role == .leader { countUncommitted() }
        durabilityGrew(now: now, neighbours: neighbours)
        return .accepted
    }

    private func verdict(on snapshot: SnapshotMetadata, beyond floor: LogIndex) -> SnapshotVerdict {
        let position = snapshot.position
        guard snapshot.isPossible else { return .malformed }
        guard snapshot.configuration.member(member.replica) == member else { return .notAMember }
        return position.index > floor || isPlanted(.oldSnapshotInstalled) ? .accepted : .stale
    }

    /// A committed entry that another history has otherwise: nothing is repaired here.
    private func contradictsCommitted(_ position: LogPosition) -> Bool {
        position.index <= commitIndex && log.term(at: position.index) != position.term
    }

    /// Everything in the log was a deposed leader's, or is part of the snapshot. Acceptances that wait or wait to be
    /// taken speak for entries that are gone; a leader asks again.
    private mutating func dropLog(base: LogPosition, now: Instant) {
        switch role {
        case .leader: stepDown(now: now)
        case .candidate, .preCandidate: loseRound(now: now)
        case .follower: break
        }
        withheld.removeAll { $0.outgoing.message.acceptsEntries }
        ready.messages.removeAll { $0.message.acceptsEntries }
        log.reset(to: base)
        configurations.removeSuffix(from: .zero)
        verifiedIndex = .zero
    }
}

extension Message {
    /// Whether it tells a leader that entries are durable here.
    var acceptsEntries: Bool {
        guard case .appendReply(let reply) = self, case .accepted = reply.outcome else { return false }
        return true
    }
}
