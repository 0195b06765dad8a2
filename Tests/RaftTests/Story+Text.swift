import Raft

/// How a story prints what it sees. Clock values are left out of messages, so that outputs stay readable.
extension Story {
    static func name(_ member: Member?) -> String { member.map { "\($0.replica)" } ?? "none" }

    static func describe(_ error: ProposeError) -> String {
        switch error {
        case .notLeader(let hint): "not leader, ask \(name(hint))"
        case .notCaughtUp(let member): "\(member.replica) is not caught up"
        default: "\(error)"
        }
    }

    static func describe(_ persist: Ready<TestPayload>.Persist) -> String {
        var parts: [String] = []
        if let hardState = persist.hardState {
            parts.append("term \(hardState.term) vote \(hardState.vote.map { "\($0)" } ?? "none")")
        }
        if let base = persist.base {
            parts.append("base \(base.position.index)@\(base.position.term)\(base.dropsLog ? " alone" : "")")
        }
        if !persist.entries.isEmpty { parts.append(list(persist.entries)) }
        return parts.joined(separator: " ")
    }

    static func list(_ entries: [TestEntry]) -> String {
        "[" + entries.map(\.summary).joined(separator: ", ") + "]"
    }

    static func describe(_ message: TestMessage) -> String {
        switch message {
        case .append(let append):
            "append t\(append.term) after \(append.previousIndex)@\(append.previousTerm) \(list(append.entries)) "
                + "commit \(append.commit) everywhere \(append.replicatedEverywhere)"
        case .appendReply(let reply): "t\(reply.term) \(describe(reply.outcome))"
        case .voteRequest(let request):
            "\(request.isPreVote ? "pre-vote" : "vote") for t\(request.term)? last "
                + "\(request.lastIndex)@\(request.lastTerm)\(request.transfer == nil ? "" : " by transfer")"
        case .voteReply(let reply):
            "\(reply.isPreVote ? "pre-vote" : "vote") t\(reply.term) \(reply.isGranted ? "granted" : "refused")"
        case .heartbeat(let heartbeat):
            "heartbeat t\(heartbeat.term) round \(heartbeat.round) commit \(heartbeat.commit)"
        case .heartbeatReply(let reply): "t\(reply.term) heard round \(reply.round)"
        case .timeoutNow(let request): "timeout-now t\(request.term)"
        }
    }

    private static func describe(_ outcome: AppendReply.Outcome) -> String {
        switch outcome {
        case .accepted(let match): "accepted \(match)"
        case .rejected(let rejected, let hintIndex, let hintTerm): "rejected \(rejected), hint \(hintIndex)@\(hintTerm)"
        case .diskFull: "disk full"
        }
    }

    mutating func status() {
        for number in order {
            guard let node = nodes[number] else { continue }
            guard node.isUp else { say("\(number): down"); continue }
            let group = node.group
            var line = "\(number): \(group.role) term \(group.term) leader \(Self.name(group.leader))"
            line += " last \(group.lastIndex)@\(group.lastTerm) commit \(group.commitIndex)"
            line += " deadline \(group.deadline.map { "in \($0 - now)" } ?? "none")"
            for follower in group.progress { line += " [\(follower.member.replica) \(Self.describe(follower))]" }
            say(line)
        }
    }

    private static func describe(_ follower: MemberStatus) -> String {
        "\(describe(follower.state)) \(follower.match)\(follower.hasAcknowledged ? "" : " unheard")"
            + (follower.isSilent ? " silent" : "")
    }

    private static func describe(_ state: FollowerState) -> String {
        if case .snapshot(let index) = state { "snapshot \(index)," } else { "\(state)" }
    }

    mutating func log(_ number: UInt64) {
        guard let node = nodes[number] else { return }
        let disk = node.disk
        say(
            "\(number): term \(disk.hardState.term) vote \(disk.hardState.vote.map { "\($0)" } ?? "none") "
                + "disk \(Self.list(disk.entries)) last \(node.group.lastIndex)@\(node.group.lastTerm)")
    }
}
