import Control
import Host
import Keyspace
import Placement
import Raft
import Wire

/// People who move, transfer, drain and change their minds while everything else goes wrong, several at a time.
extension Simulation {
    func scheduleAdministrators() {
        guard placementRules != nil else { return }
        let pause = placementChance.pick([150_000, 600_000, 2_500_000]) ?? 600_000
        for _ in 0..<placementChance.draw(1...3) { administrate(every: pause) }
    }

    private func administrate(every pause: Int) {
        after(placementChance.wait(mean: pause)) { [unowned self] in
            guard isFaulty else { return }
            if let request = drawRequest() { ask(request) }
            administrate(every: pause)
        }
    }

    private func drawRequest() -> PlacementRequest? {
        guard let shard = placementChance.pick(allShards), let node = placementChance.pick(nodes)?.id else {
            return nil
        }
        switch placementChance.draw(1...20) {
        case 1...9:
            // Mostly one that can be done.
            let known = leader(of: shard.shard)?.host.replica(of: shard.shard)?.descriptor ?? shard
            let members = known.configuration.members.map(\.node)
            let absent = nodes.map(\.id).filter { !members.contains($0) }
            let to = placementChance.happens(percent: 90) ? placementChance.pick(absent) ?? node : node
            return .move(shard.shard, from: placementChance.pick(members) ?? node, to: to)
        case 10...13: return .transfer(shard.shard, to: node)
        case 14: return options.merges ? .merge(shard.shard) : .transfer(shard.shard, to: node)
        case 15, 16: return .setDuty(node, .draining)
        case 17: return .setDuty(node, .decommissioning)
        case 18, 19: return .setDuty(onDuty.sorted().first ?? node, .serving)
        default: return .setReplication(UInt8(placementChance.pick([1, 3, 5]) ?? 3))
        }
    }

    /// Asks the node that leads placement, if one does.
    private func ask(_ request: PlacementRequest) {
        guard let node = leader(of: record.descriptors[0].shard) else { return }
        after(placementChance.draw(mix.latency), on: node) {
            guard node.placement.controller != nil else { return }
            let number = node.placement.nextAsked
            node.placement.nextAsked += 1
            node.placement.asked[number] = request
            node.placement.controller?.ask(request, number: number)
        }
    }

    func administratorAnswered(_ number: UInt64, _ result: Result<PlacementAnswer, RequestError>, _ node: SimulatedNode)
    {
        guard let request = node.placement.asked.removeValue(forKey: number) else {
            return fail(
                "node \(node.id) answers request \(number) of an administrator, who has not asked or was answered")
        }
        switch result {
        case .success:
            probes.hit(.administratorHeard)
            wants(request)
        case .failure(.ambiguous), .failure(.unavailable): wants(request)
        case .failure: probes.hit(.administratorRefused)
        }
    }

    /// What may be in force from now on.
    private func wants(_ request: PlacementRequest) {
        switch request {
        case .setDuty(let node, .serving): onDuty.remove(node)
        case .setDuty(let node, _): onDuty.insert(node)
        default: break
        }
    }

    // MARK: The end

    /// Whatever was begun comes to its end when nothing goes wrong any more, and what was wished for is there.
    func settlePlacement() {
        guard placementRules != nil, failure == nil else { return }
        // Until all is one shard would take too long.
        placementRules?.mergeAfter = Self.neverMerged
        for node in nodes { node.placement.controller = nil }
        let end = now + 120_000_000_000
        // A look is a whole pass of the scheduler.
        while now < end, failure == nil, unsettled != nil || disorder != nil { run(milliseconds: 500) }
        guard failure == nil, let unsettled else { return }
        let places = allShards.map { "shard \($0.shard): \(describe($0.shard))" }
        fail("placement does not come to rest: \(unsettled); \(disorder ?? ""); \(places.joined(separator: "; "))")
    }

    /// What placement still does or should do; nil when it rests.
    private var unsettled: String? {
        guard let node = leader(of: record.descriptors[0].shard), let controller = node.placement.controller else {
            return "nobody leads it"
        }
        return controller.unrest(now: instant(node))
    }
}
