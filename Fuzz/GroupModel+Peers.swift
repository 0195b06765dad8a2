import Raft

/// What honest and quick peers do, so that few steps lead far.
extension GroupModel {
    /// The receiver of the message that was sent `position` messages ago answers as if it had what it needs.
    mutating func answer(_ position: Int) {
        guard position < sent.count else { return }
        let outgoing = sent.remove(at: sent.count - 1 - position)
        guard let reply = reply(to: outgoing.message) else { return }
        group.step(reply, from: outgoing.to, now: now, neighbours: neighbours)
    }

    /// Time passes without news of a leader, and everybody and the disk do what is asked: a replica that may campaign
    /// is a leader after that, and what a leader has proposed is committed.
    mutating func settle() {
        if group.role != .leader {
            now = now + .seconds(3)
            group.tick(now: now, neighbours: neighbours)
        }
        for _ in 0..<4 {
            takeReady()
            persisted(.max)
            takeReady()
            while !sent.isEmpty { answer(sent.count - 1) }
        }
    }

    private func reply(to message: Message<FuzzPayload>) -> Message<FuzzPayload>? {
        switch message {
        case .append(let append):
            let match = append.previousIndex.advanced(by: UInt64(append.entries.count))
            return .appendReply(
                AppendReply(term: append.term, outcome: .accepted(match: match), sentAt: append.sentAt))
        case .voteRequest(let request):
            return .voteReply(VoteReply(term: request.term, isPreVote: request.isPreVote, isGranted: true))
        case .heartbeat(let heartbeat):
            return .heartbeatReply(
                HeartbeatReply(term: heartbeat.term, round: heartbeat.round, sentAt: heartbeat.sentAt))
        case .appendReply, .voteReply, .heartbeatReply, .timeoutNow: return nil
        }
    }
}
