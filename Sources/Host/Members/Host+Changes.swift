import Keyspace
package import Raft
package import Wire

/// Changes of replicas, asked for by the cluster's own parts (rules 27 and 28).
extension Host {
    /// A request of a connected client with the cluster's rights, or of the node itself.
    package mutating func change(_ request: ReplicaRequest, from reference: RequestReference, now: Instant) {
        change(request, for: .client(reference), now: now)
    }

    mutating func change(_ request: ReplicaRequest, for asker: PendingChange.Asker, now: Instant) {
        do throws(RequestError) {
            let slot = try propose(request, for: asker, now: now)
            touch(slot)
        } catch {
            answer(asker, .failure(error))
        }
    }

    private mutating func propose(
        _ request: ReplicaRequest, for asker: PendingChange.Asker, now: Instant
    ) throws(RequestError) -> Int {
        guard let slot = slots[request.shard] else { throw .epochMismatch([]) }
        let descriptor = replicas[slot].descriptor
        guard replicas[slot].group.role == .leader else { throw notLeader(slot) }
        guard request.epoch == descriptor.epoch || isPlanted(.changeInAnyEpoch) else {
            throw .epochMismatch([descriptor])
        }
        guard replicas[slot].pendingChange == nil || isPlanted(.secondChangeAllowed) else {
            throw .busy(retryAfterMilliseconds: 50, reason: "the shard's replicas are changing")
        }
        guard !replicas[slot].merge.isBusy, !replicas[slot].isFrozen else {
            throw .busy(retryAfterMilliseconds: 100, reason: "the shard is being merged")
        }
        let next = try descriptor.configuration(after: request.change)
        // Where one is needed already it stays until a change has brought others, which must not be refused.
        let convicted = convicted(of: request.shard)
        let own = replicas[slot].group.member.replica
        guard
            // Who would lead next does not know of it.
            next.isVoter(own) || convicted.allSatisfy({ $0 == own }),
            next.hasMajority(where: { !convicted.contains($0) })
                || !replicas[slot].group.configuration.hasMajority(where: { !convicted.contains($0) })
        else {
            throw .busy(
                retryAfterMilliseconds: 500,
                reason: "a replica that is not what the others are has to leave the shard first")
        }
        let answering = answering(slot)
        guard next.hasMajority(where: { answering.contains($0) }) else {
            throw .busy(
                retryAfterMilliseconds: 200, reason: "too few of those who would vote then answer this leader")
        }
        let term = replicas[slot].group.term
        let index: LogIndex
        do throws(ProposeError) {
            index = try replicas[slot].group.propose(configuration: next, now: now, neighbours: neighbourhood)
        } catch {
            throw requestError(error, slot)
        }
        replicas[slot].pendingChange = PendingChange(asker: asker, index: index, term: term)
        for member in next.members { addPeer(member.node) }
        return slot
    }

    /// Who takes part in this leadership, as far as is known here: the present members may agree on a configuration
    /// that could never agree on anything, since the one that it needs is out of service (etcd's strict check).
    func answering(_ slot: Int) -> [ReplicaID] {
        let group = replicas[slot].group
        let followers = group.progress.filter { $0.hasAcknowledged && !$0.isSilent }
        return [group.member.replica] + followers.map(\.member.replica)
    }

    /// Something was applied: is a change of replicas finished?
    mutating func answerChange(_ slot: Int, _ batch: AppliedBatch) {
        guard var change = replicas[slot].pendingChange, batch.through >= change.index else { return }
        if !change.isApplied {
            let own = batch.entries.first { $0.index == change.index }
            guard own?.term == change.term else {
                replicas[slot].pendingChange = nil
                if change.isMergeStep { mergeStepFailed(slot, own == nil ? .ambiguous : .notApplied) }
                // Without its outcome nothing is known of the entry.
                return answer(change.asker, .failure(own == nil ? .ambiguous : .notApplied))
            }
            if let own, let child = change.child {
                replicas[slot].pendingChange = nil
                return answer(change.asker, outcome(of: change, child: child, slot, own))
            }
            if change.isMergeStep {
                replicas[slot].pendingChange = nil
                if case .refused(let error) = own?.outcomes.first { mergeStepFailed(slot, error) }
                return
            }
            change.isApplied = true
            replicas[slot].pendingChange = change
        }
        guard !replicas[slot].descriptor.configuration.isJoint else { return }
        replicas[slot].pendingChange = nil
        answer(change.asker, .descriptor(replicas[slot].descriptor))
    }

    /// Leadership ended: another leader finishes the change, or overwrites it. What is committed will be applied here,
    /// by a leader that removed itself too.
    mutating func leaveChange(_ slot: Int) {
        guard let change = replicas[slot].pendingChange else { return }
        let isCommitted =
            change.isApplied
            || replicas[slot].group.commitIndex >= change.index
                && replicas[slot].group.termAt(change.index) == change.term
        if !isCommitted { failChange(slot) }
    }

    mutating func failChange(_ slot: Int) {
        guard let change = replicas[slot].pendingChange else { return }
        replicas[slot].pendingChange = nil
        answer(change.asker, .failure(.ambiguous))
    }

    mutating func answer(_ asker: PendingChange.Asker, _ body: ClientResponse.Body) {
        switch asker {
        case .client(let reference): answer(reference, body)
        case .peer(let node, let number):
            switch body {
            case .descriptor(let descriptor): effects.notices.append((node, .changed(number: number, descriptor)))
            case .failure(let error): effects.notices.append((node, .refused(number: number, error)))
            default: break
            }
        case .nobody: break
        }
    }
}
