/// Handing leadership over: dissertation §3.10, rule 5.
extension Group {
    /// Lets `target` catch up, then tells it to campaign at once. Meanwhile nothing is proposed. The transfer ends
    /// with another leader, or after an election timeout with a campaign of this replica.
    package mutating func transferLeadership(
        to target: ReplicaID, id: TransferID, now: Instant
    ) throws(TransferError) {
        guard role == .leader else { throw .notLeader(hint: leaderHint) }
        guard leadership.transfer == nil else { throw .inProgress }
        guard target != member.replica, configuration.voters.contains(where: { $0.replica == target }) else {
            throw .notAVoter
        }
        leadership.transfer = Leadership.Transfer(
            target: target, id: id, endsAt: now + limits.electionTimeoutMin)
        leadership.hasWork = true
        hurry(target)
        proceedWithTransfer()
    }

    /// A target that did not answer for a while is asked rarely; now it is asked at once.
    private mutating func hurry(_ target: ReplicaID) {
        guard let position = leadership.index(of: target), leadership.progress[position].state == .probe else { return }
        leadership.progress[position].timeouts = 0
        leadership.progress[position].probeAgain()
    }

    /// Sends timeout-now once the target holds the whole log.
    mutating func proceedWithTransfer() {
        guard let transfer = leadership.transfer, !transfer.isSent else { return }
        guard let position = leadership.index(of: transfer.target) else { return }
        let progress = leadership.progress[position]
        guard progress.match == log.lastIndex else { return }
        leadership.transfer?.isSent = true
        leadership.hasGivenUpLease = !isPlanted(.leaseKeptOnTransfer)
        send(.timeoutNow(TimeoutNow(term: term, transfer: transfer.id)), to: progress.member)
    }

    /// A transfer without a new leader: if timeout-now is out, its votes stay possible in the next term only, so
    /// the leader takes that term for itself.
    mutating func endTransfer(now: Instant, neighbours: Neighbourhood) {
        let wasSent = leadership.transfer?.isSent ?? false
        leadership.transfer = nil
        guard wasSent else { return }
        startElection(now: now, transfer: nil, neighbours: neighbours)
    }
}
