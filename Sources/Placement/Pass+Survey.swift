internal import Keyspace
internal import Raft

/// The one look at every shard: what each node has, and what is to be done.
extension Pass {
    mutating func survey() {
        offsets.reserveCapacity(view.shards.count + 1)
        members.reserveCapacity(view.shards.count * rules.replication.rawValue)
        let least = leastCrowding()
        for position in view.shards.indices { survey(position, least) }
        offsets.append(Int32(clamping: members.count))
        foresee()
        for node in nodes.indices { nodes[node].countOtherCopies() }
    }

    /// The least crowding that a number of voters can have on the nodes that stay; by that number.
    private func leastCrowding() -> [UInt64] {
        guard topology.levels > 0 else { return [] }
        let usable = nodes.indices.filter { nodes[$0].isLasting && $0 < nodes.count - 1 }
        return (0...9).map { topology.least($0, on: usable) ?? .max }
    }

    /// The voters of one shard, counted.
    private struct Census {
        var voters = 0
        var live = 0
        var gone = 0
        var leaving = 0
        var learners = 0
        var isAllNear = true
    }

    private mutating func survey(_ position: Int, _ least: [UInt64]) {
        offsets.append(Int32(clamping: members.count))
        let census = count(position)
        let isSystem = view.shards[position].isSystem
        let wanted = isSystem ? systemReplication.rawValue : rules.replication.rawValue
        let quorum = census.voters / 2 + 1
        if census.voters - census.gone < quorum {
            report(
                view.shards[position].id, .quorumLost(live: census.voters - census.gone, voters: census.voters))
            return
        }
        // What was not heard of is counted, and otherwise left alone (rule 37).
        guard leaders[position] >= 0, !isBusy[position] else { return }
        let isBroken = census.gone > 0 || census.voters < wanted
        if view.shards[position].isJoint {
            work.untidy.append(position)
        } else if isBroken {
            // Losing one more of a single voter loses it all, broken or not.
            if census.live <= quorum { work.atRisk.append(position) } else { work.broken.append(position) }
        } else if census.leaving > 0 {
            work.evacuating.append(position)
        } else if census.learners > 0 || census.voters > wanted {
            work.untidy.append(position)
        } else if isCrowded(position, census.voters, least) {
            work.crowded.append(position)
        }
        if nodes[Int(leaders[position])].duty != .serving { work.draining.append(position) }
        let isTidy = !view.shards[position].isJoint && !isBroken && census.learners == 0 && census.voters == wanted
        guard !isSystem else { return }
        if SplitPolicy.mayApply(to: view.shards[position], rules: rules) { work.swollen.append(position) }
        isMovable[position] = isTidy && census.leaving == 0 && census.live == census.voters && census.isAllNear
        if isMovable[position], MergePolicy.isQuiet(view.shards[position], rules: rules, now: now) {
            work.quiet.append(position)
        }
    }

    /// Adds the shard to its nodes' tallies.
    private mutating func count(_ position: Int) -> Census {
        var census = Census()
        let bytes = view.shards[position].bytes
        for replica in view.shards[position].replicas {
            let node = self.position(of: replica.member.node)
            members.append(Int32(clamping: node))
            if view.shards[position].leader == replica.member.replica {
                leaders[position] = Int32(clamping: node)
                nodes[node].leaders += 1
                nodes[node].load += view.shards[position].load.share.perMille
            }
            // It is on its way out.
            guard replica.role != .leaving else { continue }
            nodes[node].replicas += 1
            nodes[node].bytes = nodes[node].bytes + bytes
            guard replica.role == .voter else {
                census.learners += 1
                continue
            }
            census.voters += 1
            if isGone(replica, on: node) { census.gone += 1 }
            if isLive(replica, on: node) { census.live += 1 }
            if nodes[node].duty == .decommissioning { census.leaving += 1 }
            if !replica.isNear { census.isAllNear = false }
        }
        return census
    }

    private func isCrowded(_ position: Int, _ voters: Int, _ least: [UInt64]) -> Bool {
        guard topology.levels > 0, voters < least.count else { return false }
        var sum: UInt64 = 0
        let range = Int(offsets[position])..<members.count
        for a in range {
            for b in range where b < a { sum &+= topology.crowding(Int(members[a]), Int(members[b])) }
        }
        return sum > least[voters]
    }

    /// Node positions of the members of a shard.
    func memberNodes(_ position: Int) -> ArraySlice<Int32> {
        members[Int(offsets[position])..<Int(offsets[position + 1])]
    }
}
