import Host
import Keyspace
import Raft
import Storage

/// Lets the faults of the seed's mix happen, each at its own pace.
extension Simulation {
    func startFaults() {
        isFaulty = true
        for (kind, mean) in mix.drawn { schedule(kind, mean: mean) }
    }

    private func schedule(_ kind: FaultKind, mean: Int) {
        after(faultChance.wait(mean: mean * 1_000)) { [unowned self] in
            guard isFaulty else { return }
            let node = nodes[faultChance.draw(0...(nodes.count - 1))]
            trace.note(.fault, now, UInt64(FaultKind.allCases.firstIndex(of: kind) ?? 0), node.id.rawValue)
            faultCounts[kind, default: 0] += 1
            happen(kind, node)
            schedule(kind, mean: mean)
        }
    }

    /// Mostly short, sometimes longer than an election timeout; in microseconds.
    private func drawLength() -> Int {
        faultChance.happens(percent: 25) ? faultChance.draw(300_000...4_000_000) : faultChance.draw(5_000...300_000)
    }

    private func happen(_ kind: FaultKind, _ node: SimulatedNode) {
        let length = drawLength()
        switch kind {
        case .crash: crash(node, .processDies, down: length)
        case .powerLoss: crash(node, drawPowerLoss(), down: length)
        case .blackout: blackout()
        case .crashLoop: crashLoop(node, times: faultChance.draw(2...6))
        case .brokenDisk: breakDisk(node)
        case .freeze: freeze(node, length)
        case .slowLane: slowLane(node, length)
        case .handOver: handOver(node)
        case .sleep: sleep(node)
        case .drift: drift(node)
        case .slowDisk: slowDisk(node, length)
        case .syncFailure: failSync(node)
        case .diskFull: fillDisk(node, length)
        case .slowApplier: slowApplier(node, length)
        case .changeMembers: changeMembers(strikes: false)
        case .strikeChange: changeMembers(strikes: true)
        case .badBlock: damageReplica(node)
        case .bitRot: rot(node)
        case .wrongClock: startWithWrongClock(node)
        case .deposeLeader, .leaderChurn, .handOverCut: disturbLeader(kind)
        case .oneWay, .cut, .isolate, .ring, .reset, .delay, .corrupt, .tear, .clientLoss:
            disturbNetwork(kind, node, length)
        }
    }

    // MARK: Processes

    func crash(_ node: SimulatedNode, _ mode: CrashMode, down: Int) {
        guard node.isUp else { return }
        kill(node, mode, closesConnections: faultChance.happens(percent: 70))
        let life = node.life
        after(down) { [unowned self] in
            if node.life == life, !isQuorumPhase { boot(node) }
        }
    }

    /// A process that dies, or a machine that loses power.
    func drawCrash() -> CrashMode { faultChance.happens(percent: 50) ? .processDies : drawPowerLoss() }

    private func drawPowerLoss() -> CrashMode {
        guard faultChance.happens(percent: 50) else {
            probes.hit(.unsyncedLost)
            return .unsyncedLost
        }
        probes.hit(.unsyncedPartlyLost)
        return .unsyncedTailLost(seed: faultChance.next())
    }

    private func blackout() {
        probes.hit(.allCrashed)
        for node in nodes { crash(node, drawPowerLoss(), down: faultChance.draw(1_000...500_000)) }
    }

    private func crashLoop(_ node: SimulatedNode, times: Int) {
        guard times > 0, isFaulty else { return }
        let down = faultChance.draw(1_000...30_000)
        crash(node, drawCrash(), down: down)
        after(down + faultChance.draw(0...40_000)) { [unowned self] in crashLoop(node, times: times - 1) }
    }

    private func freeze(_ node: SimulatedNode, _ length: Int) {
        if length > 1_000_000 { probes.hit(.pauseBeyondElection) }
        pause(node)
        let life = node.life
        after(length) { [unowned self] in
            // One that the quorum must do without stays as it is.
            if node.life == life, !isQuorumPhase { resume(node) }
        }
    }

    private func slowLane(_ node: SimulatedNode, _ length: Int) {
        node.laneSlowness = faultChance.draw(5...500)
        after(length) { node.laneSlowness = 1 }
    }

    private func slowApplier(_ node: SimulatedNode, _ length: Int) {
        node.applierSlowness = faultChance.draw(5...500)
        after(length) { node.applierSlowness = 1 }
    }

    private func handOver(_ node: SimulatedNode) {
        probes.hit(.leadershipMoved)
        after(0, on: node) { [unowned self] in
            _ = node.host.handOver(now: instant(node))
            scheduleTurn(node)
        }
    }

    // MARK: Disks

    private func slowDisk(_ node: SimulatedNode, _ length: Int) {
        node.diskSlowness = faultChance.draw(2...2_000)
        after(length) { node.diskSlowness = 1 }
    }

    private func failSync(_ node: SimulatedNode) {
        guard node.isUp else { return }
        node.isSyncDoomed = true
        after(faultChance.draw(300_000...2_000_000)) { [unowned self] in
            if !isQuorumPhase { boot(node) }
        }
    }

    private func fillDisk(_ node: SimulatedNode, _ length: Int) {
        setDiskFull(node, true)
        after(length) { [unowned self] in setDiskFull(node, false) }
    }

    func setDiskFull(_ node: SimulatedNode, _ isFull: Bool) {
        node.isDiskFull = isFull
        let refusesAppends = isFull && faultChance.happens(percent: 50)
        after(0, on: node) { [unowned self] in
            node.host.admission = isFull ? .diskFull : .open
            node.host.markDiskFull(refusesAppends)
            scheduleTurn(node)
        }
    }

    /// Ends every fault; nodes in `left` stay as they are.
    func heal(except left: [SimulatedNode] = []) {
        isFaulty = false
        isDelaying = false
        isTearing = false
        isCorrupting = false
        isLosingRequests = false
        for node in nodes where !left.contains(where: { $0 === node }) {
            node.diskSlowness = 1
            node.laneSlowness = 1
            node.applierSlowness = 1
            node.isSyncDoomed = false
            boot(node)
            resume(node)
            setDiskFull(node, false)
            for peer in nodes where peer !== node && !left.contains(where: { $0 === peer }) {
                block(false, from: node, to: peer)
            }
        }
    }
}
