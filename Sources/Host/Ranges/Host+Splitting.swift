import Keyspace
package import Raft
package import Wire

/// Splits, asked for by the cluster's own parts (rule 32). Extends to what else changes a shard's range: at most one
/// such entry, or change of members, is on its way (rule 27).
extension Host {
    /// Why the split cannot be proposed here and now; nil when it can. Nothing has changed, and no id is used up.
    package func refusal(of request: SplitRequest) -> RequestError? {
        guard let slot = slots[request.shard] else { return absence(of: request.shard, since: request.epoch.version) }
        let descriptor = replicas[slot].descriptor
        guard replicas[slot].group.role == .leader else { return notLeader(slot) }
        guard request.epoch == descriptor.epoch else { return mismatch(slot, since: request.epoch.version) }
        if let problem = Self.problem(of: request.key, in: descriptor) { return .invalidRequest(problem) }
        guard replicas[slot].pendingChange == nil, !replicas[slot].merge.isBusy else {
            return .busy(retryAfterMilliseconds: 50, reason: "another change of the shard is under way")
        }
        do throws(ProposeError) {
            try replicas[slot].group.checkAdministrative()
        } catch {
            return requestError(error, slot)
        }
        return admission == .diskFull ? .diskFull : nil
    }

    private static func problem(of key: Key, in descriptor: Descriptor) -> String? {
        guard key.userBytes != nil, descriptor.range.start >= Key.userStart else {
            return "the system shard is never split"
        }
        guard key.bytes.count <= KeyLimits.borderBytesMax + 1 else {
            return "a shard may begin at a key of at most \(KeyLimits.borderBytesMax) bytes"
        }
        guard key != descriptor.range.start else { return "shard \(descriptor.shard) begins at this key already" }
        guard descriptor.range.contains(key) else { return "the key is not in shard \(descriptor.shard)" }
        return nil
    }

    /// Splits a shard that is led here. `child` is an id that the system shard has given out for this (rule 37).
    package mutating func split(
        _ request: SplitRequest, child: ShardID, from reference: RequestReference, now: Instant
    ) {
        if let refusal = refusal(of: request) { return answer(reference, .failure(refusal)) }
        guard let slot = slots[request.shard] else { return }
        guard isFresh(child, splitting: request.shard) else {
            return answer(reference, .failure(.unavailable("\(child) cannot be the id of a new shard")))
        }
        // What has come before goes before it.
        if replicas[slot].pending.operationCount > 0 {
            cut(slot, now: now)
            waitingToCut.removeAll { $0 == slot }
        }
        guard let (index, term) = replicas[slot].group.nextProposal else {
            return answer(reference, .failure(notLeader(slot)))
        }
        let command = SplitCommand(epoch: request.epoch, key: request.key, child: child, first: node)
        do throws(ProposeError) {
            let entry = command.encode(term: term, index: index)
            let proposed = try replicas[slot].group.propose(administrative: entry, now: now)
            replicas[slot].pendingChange = PendingChange(
                asker: .client(reference), index: proposed, term: term, child: child)
            touch(slot)
        } catch {
            answer(reference, .failure(requestError(error, slot)))
        }
    }

    /// Whether the id may be a new shard's, as far as can be seen here. Ids count up, so a child's is greater than its
    /// parent's. A split under an id that is taken would end every replica of the parent on a node that knows the
    /// taker.
    private func isFresh(_ child: ShardID, splitting parent: ShardID) -> Bool {
        child > parent && slots[child] == nil && tombstones[child] == nil
            && !isSuspect(child) && !isDeparting(child) && !incoming.contains { $0.shard == child }
    }

    /// Both parts of an applied split, or why it was not applied.
    func outcome(of change: PendingChange, child: ShardID, _ slot: Int, _ own: AppliedEntry) -> ClientResponse.Body {
        if case .refused(let error) = own.outcomes.first { return .failure(error) }
        let parts = [replicas[slot].descriptor] + (slots[child].map { [replicas[$0].descriptor] } ?? [])
        return .descriptors(parts)
    }
}
