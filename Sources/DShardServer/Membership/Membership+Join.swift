import Host
import Keyspace
import Logging
import Raft
import Wire

extension Membership {
    /// Nodes that may wait to be taken in at the same time.
    private static let waitingMax = 256
    /// A call whose rows change under it this often is sent away to try later.
    private static let attemptsMax = 8

    /// Takes a node in, or tells it whom to ask. One call after the other, so that they do not race for the counter;
    /// another node that believes to lead is held off by the conditions of the writes. On the loop.
    func admit(_ call: JoinCall) {
        guard lane.drain == .serving else {
            return call.reply(.refused(JoinRefusal.wait("the node does not serve").line))
        }
        guard leadingTerm != nil else { return call.reply(.refused(whomToAsk().line)) }
        guard waiting.count < Self.waitingMax else {
            return call.reply(.refused(JoinRefusal.wait("too many nodes join at the same time").line))
        }
        waiting.append(call)
        admitNext()
    }

    private func whomToAsk() -> JoinRefusal {
        let host = lane.host
        if let replica = shard.replica {
            guard let leader = replica.group.leader, leader.node != host.node,
                let address = host.address(of: leader.node)
            else { return .wait("the system shard has no leader") }
            return .ask(address.address)
        }
        let leader = routes.systemLeader()
        let voter = host.systemShard?.configuration.voters.first?.node
        guard let node = leader ?? voter, let address = host.address(of: node) else {
            return .wait("the system shard is not known here")
        }
        return .ask(address.address)
    }

    private func admitNext() {
        guard !isAdmitting, !waiting.isEmpty else { return }
        isAdmitting = true
        decide(waiting.removeFirst())
    }

    private func finish(_ call: JoinCall, _ refusal: JoinRefusal) {
        finish(call, .refused(refusal.line))
    }

    private func finish(_ call: JoinCall, _ reply: FormationReply) {
        call.reply(reply)
        isAdmitting = false
        admitNext()
    }

    /// Nothing certain came of it; what was written is found by the next attempt.
    private func finish(_ call: JoinCall, _ error: RequestError) {
        if case .invalidRequest(let problem) = error { return finish(call, .final("cannot join: \(problem)")) }
        finish(call, .wait("the system shard did not answer"))
    }

    /// Reads all nodes' rows and goes on by what they say.
    private func decide(_ call: JoinCall) {
        guard call.attempts < Self.attemptsMax else { return finish(call, .wait("the nodes' rows keep changing")) }
        var call = call
        call.attempts += 1
        shard.rows(in: SystemRow.nodes) { [self, call] result in
            switch result {
            case .failure(let error): finish(call, error)
            case .success(let found):
                do throws(WireError) {
                    let rows = try NodeRow.decode(found)
                    lane.host.learn(rows.map(\.address))
                    decide(call, rows)
                } catch {
                    finish(call, .final("a node's row in the system shard cannot be read: \(error)"))
                }
            }
        }
    }

    private func decide(_ call: JoinCall, _ rows: [NodeRow]) {
        if let known = rows.first(where: { $0.record.address == call.address }) {
            guard known.record.incarnation == call.incarnation else {
                return finish(call, .final(FormationService.wiped(call.address, known.node)))
            }
            return label(known, call)
        }
        if let known = rows.first(where: { $0.record.incarnation == call.incarnation }) {
            return finish(
                call,
                .final(
                    "this data directory is node \(known.node) at \(known.record.address) of the cluster: "
                        + "start it with --advertise \(known.record.address)"))
        }
        guard rows.count < lane.host.limits.nodesMax else {
            return finish(call, .final("the cluster has \(rows.count) nodes, and no more are possible"))
        }
        reserve(call, above: rows.last?.node ?? NodeID(0))
    }

    /// A known node: its labels become those it has now.
    private func label(_ row: NodeRow, _ call: JoinCall) {
        guard row.record.labels != call.labels else { return welcome(row.node, call) }
        var record = row.record
        record.labels = call.labels
        shard.set(SystemRow.key(of: row.node), SystemRow.encode(record), ifVersion: row.version) { [self] result in
            switch result {
            case .success(true):
                rereadRows()
                welcome(row.node, call)
            case .success(false): decide(call)
            case .failure(let error): finish(call, error)
            }
        }
    }

    /// Draws an id from the counter. Durable before its use: an id is lost when this node ends in between, but no id
    /// is given twice.
    private func reserve(_ call: JoinCall, above greatest: NodeID) {
        let counter = KeyRange(start: SystemRow.nodeCounter, end: SystemRow.nodeCounter.successor)
        shard.rows(in: counter) { [self] result in
            switch result {
            case .failure(let error): finish(call, error)
            case .success(let found):
                do throws(WireError) {
                    let stored = try found.first.map { row throws(WireError) in try SystemRow.decodeCounter(row.value) }
                    let next = max(stored ?? 0, greatest.rawValue &+ 1)
                    guard next > greatest.rawValue, next < .max else {
                        return finish(call, .final("no node id is left"))
                    }
                    reserve(NodeID(next), call, found.first?.version)
                } catch {
                    finish(call, .final("the counter of node ids cannot be read: \(error)"))
                }
            }
        }
    }

    private func reserve(_ node: NodeID, _ call: JoinCall, _ version: Timestamp?) {
        let value = SystemRow.encode(counter: node.rawValue + 1)
        shard.set(SystemRow.nodeCounter, value, ifVersion: version) { [self] result in
            switch result {
            case .success(true): write(node, call)
            case .success(false): decide(call)
            case .failure(let error): finish(call, error)
            }
        }
    }

    private func write(_ node: NodeID, _ call: JoinCall) {
        let record = NodeRecord(address: call.address, incarnation: call.incarnation, labels: call.labels)
        shard.set(SystemRow.key(of: node), SystemRow.encode(record), ifVersion: nil) { [self] result in
            switch result {
            case .success(true):
                let address = NodeAddress(node: node, address: call.address, incarnation: call.incarnation)
                lane.host.learn([address])
                rereadRows()
                lane.telemetry.log.notice("a node has joined: \(call.address)", metadata: ["node": "\(node)"])
                welcome(node, call)
            case .success(false): decide(call)
            case .failure(let error): finish(call, error)
            }
        }
    }

    private func welcome(_ node: NodeID, _ call: JoinCall) {
        guard let descriptor = lane.host.systemShard else {
            return finish(call, .wait("the system shard has just left this node"))
        }
        finish(
            call,
            .joined(
                node: node, cluster: lane.identity.cluster, nodes: lane.host.addresses, systemDescriptor: descriptor))
    }
}
