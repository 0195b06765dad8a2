import Keyspace
package import Raft
package import Wire

extension Host {
    /// The frame that tells `peer` this node is alive, for all groups at once (rule 7). Called every
    /// `HostLimits.controlInterval` by the lane, so that it vouches only while the lane turns.
    package mutating func controlFrame(to peer: NodeID, now: Instant) -> ControlFrame? {
        guard peers[peer] != nil else { return nil }
        peers[peer]?.sequence += 1
        return frame(to: peer, sequence: peers[peer]?.sequence ?? 0, answer: nil, now: now)
    }

    private mutating func frame(
        to peer: NodeID, sequence: UInt64, answer: ControlFrame.Answer?, now: Instant
    ) -> ControlFrame {
        let (systemShard, nodes) = gossip(to: peer, now: now)
        let state = peers[peer] ?? PeerState()
        counters.controlFramesSent += 1
        // A slow disk stops renewals: promises end, and leadership goes to a node whose disk works (rule 38).
        let vouches = oldestSyncMilliseconds <= limits.slowSyncMilliseconds
        return ControlFrame(
            sequence: sequence, sentAt: now, answer: answer, boot: boot, vouches: vouches, left: state.left,
            resigned: state.resigned, confirmedLeft: state.seenLeft, confirmedResigned: state.seenResigned,
            clusterMilliseconds: clock.milliseconds(at: now), incarnation: incarnation, synced: syncedNumber,
            oldestSyncMilliseconds: oldestSyncMilliseconds, systemDescriptor: systemShard, nodes: nodes,
            heardSynced: state.syncedOfFormerProcess)
    }

    /// Takes in a peer's frame. Its answer leaves with the turn's effects, after the groups' news of this tick are
    /// in the list of what was left: an answer renews leases, so it must not be older than a vote (rule 7).
    package mutating func receive(_ frame: ControlFrame, from peer: NodeID, now: Instant) {
        guard var state = peers[peer], state.boot == frame.boot else { return }
        counters.controlFramesReceived += 1
        let wasSilent = state.silentCheckedAt != nil || isSilent(peer, now: now)
        state.silentCheckedAt = nil
        // Only an answer tells how long its way was: the peer read its clock in the middle of it. Otherwise every node
        // would take all others to be behind, and they would slow each other down.
        // The error is at most half of the way there and back: of no account while it is open whose clock is wrong.
        let longest = clock.isConfirmed ? limits.raft.promise : ClusterClock.firstWayMax
        if let answer = frame.answer, answer.sentAt <= now, now - answer.sentAt < longest {
            let halfWay = Interval(nanoseconds: (now - answer.sentAt).nanoseconds / 2)
            state.clockOffset = clock.offset(of: frame.clusterMilliseconds, at: answer.sentAt + halfWay)
        }
        state.oldestSyncMilliseconds = frame.oldestSyncMilliseconds
        state.synced = max(state.synced, frame.synced)
        if frame.heardSynced > recoveredNumber, forgottenNumber == nil { forgottenNumber = frame.heardSynced }
        state.left.removeAll { $0.number <= frame.confirmedLeft }
        state.resigned.removeAll { $0.number <= frame.confirmedResigned }
        let left = frame.left.filter { $0.number > state.seenLeft }
        let resigned = frame.resigned.filter { $0.number > state.seenResigned }
        state.seenLeft = left.reduce(state.seenLeft) { max($0, $1.number) }
        state.seenResigned = resigned.reduce(state.seenResigned) { max($0, $1.number) }
        peers[peer] = state

        // Before the renewal below: an answer renews nothing for a group it names.
        for news in left { followerLeft(news, from: peer) }
        for news in resigned { leaderResigned(news, from: peer, now: now) }
        renew(peer, frame, now: now)
        if let descriptor = frame.systemDescriptor { learn(systemShard: descriptor) }
        if !frame.nodes.isEmpty { learn(frame.nodes) }
        if wasSilent { tickGroups(concerning: peer, now: now) }
        guard frame.answer == nil else { return }
        // A frame that does not vouch extended no promise here, so it must not extend a lease there.
        owedAnswers.append(
            OwedAnswer(
                peer: peer,
                answer: ControlFrame.Answer(
                    sequence: frame.sequence, sentAt: frame.vouches ? frame.sentAt : .distantPast)))
    }

    /// Builds the answers of this tick, once every group has said whom it left.
    mutating func answerControlFrames(now: Instant) {
        for owed in owedAnswers {
            effects.control.append((owed.peer, frame(to: owed.peer, sequence: 0, answer: owed.answer, now: now)))
        }
        owedAnswers.removeAll(keepingCapacity: true)
    }

    /// Whether a group that looked at the node since it was last heard may have taken it for gone. A group looks when
    /// its own deadline says so, not only when the host watches the node: it must hear that the node is back.
    private func isSilent(_ peer: NodeID, now: Instant) -> Bool {
        let liveness = neighbourhood[peer]
        return liveness.isClosed(since: liveness.heardAt) || now - liveness.heardAt >= limits.raft.silence
    }

    private mutating func renew(_ peer: NodeID, _ frame: ControlFrame, now: Instant) {
        var liveness = neighbourhood[peer]
        if frame.vouches { liveness.heardAt = max(liveness.heardAt, now) }
        // The echo is this node's own clock value; one from the future is not ours.
        if let answer = frame.answer, answer.sentAt <= now {
            let since = isPlanted(.leaseFromReceipt) ? now : answer.sentAt
            liveness.answeredSentAt = max(liveness.answeredSentAt, since)
        }
        neighbourhood.byNode[peer] = liveness
    }

    private mutating func followerLeft(_ news: ControlFrame.Left, from peer: NodeID) {
        guard let slot = slots[news.shard], replicas[slot].group.member.replica == news.leader.replica else { return }
        guard replicas[slot].group.configuration.member(news.replica)?.node == peer else { return }
        replicas[slot].group.followerLeft(news.replica, term: news.term)
        touch(slot)
    }

    private mutating func leaderResigned(_ news: ControlFrame.Resigned, from peer: NodeID, now: Instant) {
        guard let slot = slots[news.shard] else { return }
        // One that was removed is in no configuration any more, and its node goes on to speak for it.
        guard
            replicas[slot].group.configuration.member(news.replica)?.node == peer
                || replicas[slot].group.leader == Member(replica: news.replica, node: peer)
        else { return }
        replicas[slot].group.leaderResigned(news.replica, term: news.term, now: now)
        touch(slot)
    }

    /// The node-level clockwork, every `controlInterval`: notices nodes that fell silent and slews the clock.
    /// Returns the step when the cluster clock was set outright at the start.
    package mutating func controlTick(now: Instant) -> Int64? {
        noticeStall(now: now)
        areHeldAppliesDue = !heldApplies.isEmpty
        var offsets: [Int64] = []
        for peer in peerOrder {
            guard let state = peers[peer] else { continue }
            if let offset = state.clockOffset, state.silentCheckedAt == nil { offsets.append(offset) }
            watch(peer, state, now: now)
        }
        tendOutgoing(now: now)
        tendIncoming(now: now)
        tendComebacks(now: now)
        tendChecks(now: now)
        tendMerges(now: now)
        reportDescriptors(now: now)
        let step = clock.adjust(
            offsets: offsets, peerCount: peerOrder.count, isNewcomer: replicas.isEmpty, now: now)
        // What was measured against the clock as it was says nothing of it now.
        if step != nil { for peer in peerOrder { peers[peer]?.clockOffset = nil } }
        return step
    }

    private mutating func watch(_ peer: NodeID, _ state: PeerState, now: Instant) {
        guard now - neighbourhood[peer].heardAt > limits.silence else { return }
        if let checked = state.silentCheckedAt, now - checked < limits.silenceRecheck { return }
        peers[peer]?.silentCheckedAt = now
        tickGroups(concerning: peer, now: now)
    }

    /// The peers as an operator sees them: connected, and how long ago they were heard, in milliseconds.
    package func peerStates(now: Instant) -> [(node: NodeID, isConnected: Bool, heardMillisecondsAgo: UInt64)] {
        peerOrder.map { peer in
            let heard = neighbourhood[peer].heardAt
            let age = heard == .distantPast ? UInt64.max : UInt64(clamping: (now - heard).milliseconds)
            return (peer, peers[peer]?.isConnected ?? false, age)
        }
    }
}
