import Raft

/// Snapshots as a host carries them: slowly, twice, or not at all; a crash may come between the data and the log.
extension RandomCluster {
    mutating func sendSnapshot(_ request: Ready<TestPayload>.SnapshotRequest, from node: Int) {
        let disk = nodes[node].disk
        let to = Int(request.follower.replica.rawValue) - 1
        if disk.applied.index < request.atLeast { fail("\(node + 1) asks for a snapshot beyond its own state") }
        transfers.removeAll { $0.from == node && $0.to == to }
        if random.chance(10) {
            return nodes[node].group.snapshotFailed(to: request.follower.replica, now: now(node))
        }
        if random.chance(50) {
            nodes[node].group.snapshotStarted(to: request.follower.replica, index: disk.applied.index)
        }
        transferCount += 1
        transfers.append(
            Transfer(
                id: transferCount, from: node, to: to, index: disk.applied.index, endsAt: time + 1_500_000_000))
        let snapshot = SnapshotMetadata(position: disk.applied, configuration: disk.configuration)
        send(.snapshot(id: transferCount, snapshot), from: node, to: to)
    }

    /// The host reports every request once: here, that nothing was heard of it.
    mutating func endTransfers(of node: Int) {
        for transfer in transfers where transfer.from == node && transfer.endsAt <= time {
            nodes[node].group.snapshotFailed(to: nodes[transfer.to].member.replica, now: now(node))
        }
        transfers.removeAll { $0.from == node && $0.endsAt <= time }
    }

    mutating func receiveNews(_ packet: Packet) {
        switch packet.content {
        case .snapshot(let id, let snapshot): receive(snapshot, id: id, packet)
        case .snapshotEnded(let id, let isInstalled):
            guard let position = transfers.firstIndex(where: { $0.id == id && $0.from == packet.to }) else { return }
            let transfer = transfers.remove(at: position)
            let follower = nodes[transfer.to].member.replica
            if isInstalled {
                nodes[packet.to].group.snapshotSent(to: follower, index: transfer.index, now: now(packet.to))
            } else {
                nodes[packet.to].group.snapshotFailed(to: follower, now: now(packet.to))
            }
        case .wanted: nodes[packet.to].group.snapshotWanted(by: nodes[packet.from].member.replica)
        case .descriptor(let index, let configuration): hear(configuration, at: index, on: packet.to)
        case .message, .frame, .answer: break
        }
    }

    private mutating func receive(_ snapshot: SnapshotMetadata, id: UInt64, _ packet: Packet) {
        switch nodes[packet.to].group.beginInstall(of: snapshot) {
        case .accepted: installs.append(Install(node: packet.to, packet: packet, snapshot: snapshot))
        case .stale:
            statistics.refusedSnapshots += 1
            send(.snapshotEnded(id: id, isInstalled: true), from: packet.to, to: packet.from)
        case .alreadyInstalling: break
        case .notAMember, .malformed:
            send(.snapshotEnded(id: id, isInstalled: false), from: packet.to, to: packet.from)
        }
    }

    mutating func finishInstall(on node: Int) {
        guard random.chance(20), let position = installs.firstIndex(where: { $0.node == node }) else { return }
        let install = installs.remove(at: position)
        guard case .snapshot(let id, let snapshot) = install.packet.content else { return }
        if random.chance(10) {
            nodes[node].group.cancelInstall()
            return send(.snapshotEnded(id: id, isInstalled: false), from: node, to: install.packet.from)
        }
        let verdict = nodes[node].install(snapshot, now: now(node))
        guard verdict == .accepted else { return fail("an announced snapshot is \(verdict)") }
        statistics.snapshots += 1
        checkInstalled(snapshot, on: node)
        checkCommit(of: node)
        if random.chance(70) { send(.snapshotEnded(id: id, isInstalled: true), from: node, to: install.packet.from) }
    }

    /// A crash while a snapshot is installed: its data may be there, and the log as it was.
    mutating func interruptInstall(on node: Int) {
        guard let position = installs.firstIndex(where: { $0.node == node }) else { return }
        let install = installs.remove(at: position)
        guard random.chance(50) else { return }
        statistics.interrupted += 1
        nodes[node].disk.ingest(install.snapshot)
    }

    /// A node that has no such replica: a leader is asked for a snapshot, and a snapshot makes it.
    mutating func receiveAbsent(_ packet: Packet) {
        let node = packet.to
        switch packet.content {
        case .message(.append), .message(.heartbeat): send(.wanted, from: node, to: packet.from)
        case .frame(let sentAt, _): send(.answer(sentAt: sentAt, left: []), from: node, to: packet.from)
        case .snapshot(let id, let snapshot):
            guard snapshot.configuration.member(nodes[node].member.replica) != nil else { return }
            nodes[node].disk = TestDisk(configuration: snapshot.configuration)
            nodes[node].disk.ingest(snapshot)
            presence[node] = .here
            restart(node)
            statistics.snapshots += 1
            send(.snapshotEnded(id: id, isInstalled: true), from: node, to: packet.from)
        default: break
        }
    }
}
