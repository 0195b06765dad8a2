import Host
import Keyspace
import NIOCore
import Raft
import Storage

/// Replicas that silently become something else than the others (rule 39). Every user shard has a row that no client
/// touches: were another one altered, clients would rightly complain before a check finds it.
extension Simulation {
    private static let witness: UInt8 = 200

    /// Puts the witnesses into the first state.
    func putWitnesses(_ node: SimulatedNode) throws(StorageError) {
        let batch = node.engine.makeBatch()
        for shard in userShards.indices {
            let key = Workload.key(shard, Self.witness)
            let owner = userShards.first { $0.range.contains(key) }
            guard owner?.configuration.members.contains(where: { $0.node == node.id }) == true else { continue }
            let header = DataValue.header(version: Timestamp(milliseconds: Self.start - 1))
            key.bytes.withBytes { key in
                header.withBytes { header in [UInt8(7)].withBytes { batch.put(key, header: header, value: $0) } }
            }
        }
        try node.engine.write(batch, writer: 1)
    }

    /// One replica loses or alters a row, or does something else with an entry; a majority stays as it is.
    func rot(_ node: SimulatedNode) {
        after(0, on: node) { [unowned self] in
            let key = Workload.key(faultChance.draw(0...(options.shards - 1)), Self.witness)
            let kind = faultChance.draw(1...3)
            guard let shard = ranges.map.lookup(key)?.shard, let member = node.member(of: shard),
                let state = node.applier.state(of: shard), state.replica == member.replica,
                state.descriptor.range.contains(key), state.descriptor.configuration.voters.count >= 3,
                !isRotten(shard), hasQuorum(shard, where: { $0.node != node.id }),
                let original = Self.row(key, in: node.engine)
            else { return }
            probes.hit(.rotted)
            let name = LogName(shard: shard, replica: member.replica)
            switch kind {
            case 1: rot(key, of: name, node, original, to: original + [1])
            case 2: rot(key, of: name, node, original, to: nil)
            default: actDifferently(name, state, node)
            }
            after(faultChance.draw(0...1_000_000)) { [unowned self] in askForCheck(shard) }
        }
    }

    private func rot(
        _ key: Key, of name: LogName, _ node: SimulatedNode, _ original: [UInt8], to value: [UInt8]?
    ) {
        rots.append(Rot(node: node.id, name: name, key: key, original: original))
        node.engine.rot(key.bytes, to: value)
    }

    /// As if the replica had done something else with its last entry.
    private func actDifferently(_ name: LogName, _ state: ShardState, _ node: SimulatedNode) {
        var state = state
        state.applied.chain.mix(7)
        node.applier.add(state)
        strays.insert(name)
        strayShards.insert(name.shard)
    }

    private static func row(_ key: Key, in engine: MemoryEngine) -> [UInt8]? {
        var found: [UInt8]?
        _ = try? key.bytes.withBytes { (key) throws(StorageError) in
            try engine.get(key, tier: .disk) { found = [UInt8](copying: $0) }
        }
        return found
    }

    // MARK: What is rotten

    /// Whether the node's replica of these keys holds something else than was written.
    func isRotten(_ range: KeyRange, on node: SimulatedNode) -> Bool {
        rots.contains { rot in
            rot.node == node.id && range.contains(rot.key) && Self.row(rot.key, in: node.engine) != rot.original
        }
    }

    /// Whether the replica is not to be counted on.
    func isRotten(_ shard: ShardID, _ member: Member) -> Bool {
        let name = LogName(shard: shard, replica: member.replica)
        if strays.contains(name) || readRotten.contains(name) { return true }
        guard !rots.isEmpty, let node = node(member.node), let range = ranges.map[shard: shard]?.range else {
            return false
        }
        return isRotten(range, on: node)
    }

    /// Whether any replica of the shard is.
    func isRotten(_ shard: ShardID) -> Bool {
        nodes.contains { node in node.member(of: shard).map { isRotten(shard, $0) } ?? false }
    }

    /// A check has found a replica out: it must be one that is not as the others are, or was not.
    func mayBeFoundOut(_ name: LogName, _ descriptor: Descriptor?, on node: SimulatedNode) -> Bool {
        if strayShards.contains(name.shard) || readRotten.contains(name) { return true }
        if rots.contains(where: { $0.name == name && $0.node == node.id }) { return true }
        return descriptor.map { isRotten($0.range, on: node) } ?? false
    }

    /// A snapshot of a rotten replica would spread what it is, until nobody could tell who was right. That it comes
    /// before a check is bad luck that no rule prevents; here somebody notices in time.
    func noticeBeforeSpreading(_ shard: ShardID, _ node: SimulatedNode) {
        guard let member = node.member(of: shard), isRotten(shard, member) else { return }
        guard hasQuorum(shard, where: { $0.node != node.id }) else { return mend(shard) }
        checker.members.loses(node.id, only: LogName(shard: shard, replica: member.replica))
        node.host.suspect(shard, Self.badBlock)
        scheduleTurn(node)
    }

    /// What an operator does where no majority is: decides by hand who was right.
    func mend(_ shard: ShardID) {
        guard let range = ranges.map[shard: shard]?.range else { return }
        for rot in rots where range.contains(rot.key) {
            guard let node = node(rot.node), node.member(of: shard) != nil else { continue }
            node.engine.rot(rot.key.bytes, to: rot.original)
        }
        guard strayShards.contains(shard), let leader = leader(of: shard)?.applier.state(of: shard) else { return }
        for node in nodes {
            guard var state = node.applier.state(of: shard),
                state.applied.appliedIndex == leader.applied.appliedIndex
            else { continue }
            state.applied.chain = leader.applied.chain
            node.applier.add(state)
        }
    }
}
