import Keyspace
import NIOCore
package import Raft
import Storage
package import Wire

extension Host {
    /// A client's conditional batch: checked here, appended to what waits for the shard's next entry. `isInternal`
    /// admits the system keyspace, which no client may write.
    package mutating func write(
        _ request: WriteRequest, from reference: RequestReference, isInternal: Bool = false, now: Instant
    ) {
        guard let slot = slots[request.route.shard] else {
            return answer(reference, .failure(absence(of: request.route.shard, since: request.route.version)))
        }
        if let problem = refusal(of: request, slot, isInternal: isInternal, now: now) {
            return answer(reference, .failure(problem))
        }
        let summary: OperationsValidator.Summary
        do throws(OperationProblem) {
            let range = replicas[slot].descriptor.range
            let space = range.start < Key.userStart ? Key.systemSpace : Key.userSpace
            summary = try OperationsValidator.validate(request, in: range, space: space)
        } catch {
            return answer(reference, .failure(requestError(error, slot)))
        }
        if summary.addsData, admission == .diskFull { return answer(reference, .failure(.diskFull)) }
        makeRoom(slot, operations: summary.operationCount, bytes: request.operations.readableBytes, now: now)
        if replicas[slot].pendingReferences.isEmpty { waitingToCut.append(slot) }
        let header = CommandHeader(
            session: request.session, sequence: request.sequence, doneBelow: request.doneBelow,
            issuedAt: request.issuedAt)
        replicas[slot].pending.append(
            header, operations: request.operations, operationCount: summary.operationCount, reads: summary.reads)
        replicas[slot].pendingReferences.append(reference)
        count(request, operations: Int(summary.operationCount), slot)
        touch(slot)
    }

    /// Why a write is not taken, or nil. All of these mean "not applied" (rule 23).
    private mutating func refusal(
        of request: WriteRequest, _ slot: Int, isInternal: Bool, now: Instant
    ) -> RequestError? {
        let descriptor = replicas[slot].descriptor
        guard request.route.version == descriptor.epoch.version else {
            return mismatch(slot, since: request.route.version)
        }
        guard replicas[slot].group.nextProposal != nil else { return notLeader(slot) }
        guard !replicas[slot].isFrozen else { return .frozen }
        guard isInternal || descriptor.range.start >= Key.userStart else {
            return .invalidRequest("the system keyspace is not writable by clients")
        }
        let time = stampMilliseconds(slot, at: now)
        guard time > 0 else {
            return .busy(retryAfterMilliseconds: 20, reason: "the node's clock is not compared with others yet")
        }
        if request.session != 0 {
            guard request.sequence > 0, request.doneBelow <= request.sequence else {
                return .invalidRequest("a session's sequence starts at 1 and is not below done-below")
            }
            guard request.sequence - request.doneBelow <= limits.sessionSpanMax else {
                return .invalidRequest(
                    "a session's sequence is at most \(limits.sessionSpanMax) ahead of done-below: finish older writes")
            }
            let ahead = time &+ limits.issuedAheadMilliseconds
            guard request.issuedAt <= ahead else {
                return .invalidRequest("issued-at lies in the future: take it from the server's clock")
            }
        }
        return overload(slot, request)
    }

    private mutating func overload(_ slot: Int, _ request: WriteRequest) -> RequestError? {
        var reason: String?
        var retry: UInt32 = 10
        if case .slow(let retryAfterMilliseconds, let why) = admission {
            reason = why
            retry = retryAfterMilliseconds
        }
        if replicas[slot].pending.byteCount + request.operations.readableBytes > limits.pendingBytesMax,
            replicas[slot].pending.operationCount > 0
        {
            reason = "the shard's proposal queue is full"
        } else if replicas[slot].unanswered + replicas[slot].pendingReferences.count >= limits.unansweredMax {
            reason = "too many of the shard's writes are unanswered"
        } else if applyBacklogBytes > limits.applyBacklogBytesMax {
            reason = "the applier is behind"
        }
        guard let reason else { return nil }
        counters.refusedBusy += 1
        return .busy(retryAfterMilliseconds: retry, reason: reason)
    }

    /// Cuts what waits when the command would make the entry too large: an entry is bounded, a command is not split.
    private mutating func makeRoom(_ slot: Int, operations: Int, bytes: Int, now: Instant) {
        let waiting = replicas[slot].pending.operationCount
        guard waiting > 0 else { return }
        if replicas[slot].pending.byteCount + bytes > limits.entryBytesMax
            || waiting + operations > limits.entryOperationsMax
        {
            cut(slot, now: now)
            waitingToCut.removeAll { $0 == slot }
        }
    }

    /// The typed refusal with the leader's address, where it is known.
    func notLeader(_ slot: Int) -> RequestError {
        guard let leader = replicas[slot].group.leader, leader.node != node else { return .notLeader(hint: nil) }
        return .notLeader(hint: address(of: leader.node))
    }

    /// Where a node is reached, as far as gossip has told; nil for an unknown node.
    package func address(of id: NodeID) -> NodeAddress? {
        addresses.first { $0.node == id }
    }

    func requestError(_ error: ProposeError, _ slot: Int) -> RequestError {
        switch error {
        case .notLeader: notLeader(slot)
        case .tooMuchUncommitted: .busy(retryAfterMilliseconds: 20, reason: "the shard's replicas are behind")
        case .waitsAtBarrier: .busy(retryAfterMilliseconds: 20, reason: "the shard is being merged")
        case .leadershipTransferInProgress: .busy(retryAfterMilliseconds: 10, reason: "leadership is moving")
        case .notCaughtUp(let member):
            .unavailable("replica \(member.replica) on node \(member.node) has not caught up")
        case .incomingUnreachable: .unavailable("no quorum of the new voters is reached")
        default: .unavailable("the shard's configuration is changing")
        }
    }

    func requestError(_ problem: OperationProblem, _ slot: Int) -> RequestError {
        if case .outsideRange = problem { return .epochMismatch([replicas[slot].descriptor]) }
        return .invalidRequest(problem.description)
    }

    mutating func answer(_ reference: RequestReference, _ body: ClientResponse.Body) {
        effects.answers.append(Answer(reference: reference, body: body))
    }

    mutating func answer(_ references: [RequestReference], _ body: ClientResponse.Body) {
        for reference in references { answer(reference, body) }
    }
}
