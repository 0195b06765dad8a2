/// The sending side of snapshots: the leader says who needs one and keeps the log that must follow it; the state and
/// its way are the host's (rule 31).
extension Group {
    mutating func requestSnapshot(for position: Int, now: Instant) {
        let atLeast = log.truncated.index
        leadership.progress[position].probe(from: atLeast.next, as: .snapshot(atLeast))
        leadership.progress[position].pausedUntil = now + limits.retryCeiling
        let follower = leadership.progress[position].member
        ready.snapshots.append(Ready.SnapshotRequest(follower: follower, atLeast: atLeast))
    }

    /// The snapshot asked for is one at `index`: the log is kept from there on, no longer from where it began.
    package mutating func snapshotStarted(to follower: ReplicaID, index: LogIndex) {
        guard let position = snapshotting(follower), isInLog(index) else { return }
        leadership.progress[position].state = .snapshot(index)
    }

    /// `follower` has installed a snapshot at `index`: the log goes on from there. What cannot be this request's
    /// answer counts for nothing.
    package mutating func snapshotSent(to follower: ReplicaID, index: LogIndex, now: Instant) {
        defer { checkInvariants() }
        guard let position = snapshotting(follower) else { return }
        guard isInLog(index) else { return snapshotFailed(to: follower, now: now) }
        leadership.progress[position].catchUp = Progress.CatchUp(from: index, through: log.lastIndex)
        leadership.progress[position].probe(from: index.next)
        leadership.progress[position].pausedUntil = nil
        leadership.progress[position].timeouts = 0
        leadership.hasWork = true
    }

    /// The snapshot did not arrive, or was refused: another is asked for after a pause.
    package mutating func snapshotFailed(to follower: ReplicaID, now: Instant) {
        defer { checkInvariants() }
        guard let position = snapshotting(follower) else { return }
        leadership.progress[position].probe(from: log.truncated.index.next, as: .unreachableByLog)
        leadership.progress[position].pausedUntil = now + limits.retryCeiling
    }

    /// The node of `follower` says that it has no such replica yet: no append can make one there (rule 32).
    package mutating func snapshotWanted(by follower: ReplicaID) {
        defer { checkInvariants() }
        guard role == .leader, let position = leadership.index(of: follower) else { return }
        let progress = leadership.progress[position]
        // One that has acknowledged entries is there, so this is old news.
        guard progress.state == .probe, progress.match == .zero else { return }
        leadership.progress[position].probe(from: log.truncated.index.next, as: .unreachableByLog)
        leadership.progress[position].pausedUntil = nil
        leadership.hasWork = true
    }

    private func snapshotting(_ follower: ReplicaID) -> Int? {
        guard role == .leader, let position = leadership.index(of: follower),
            leadership.progress[position].state.isSnapshot
        else { return nil }
        return position
    }

    private func isInLog(_ index: LogIndex) -> Bool { index >= log.truncated.index && index <= log.lastIndex }
}

extension FollowerState {
    /// Whether a snapshot was asked for and its end is not known.
    var isSnapshot: Bool {
        if case .snapshot = self { true } else { false }
    }
}
