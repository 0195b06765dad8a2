import Host
import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// Impatient clients around a change of leaders: they ask every node for the same key at once, whatever the routes say,
/// and write it on every node too. Whoever still believes to lead, and is wrong, tells them an old value.
extension Simulation {
    /// A request of theirs on its way.
    struct ProbeRequest {
        let key: Key
        /// What is written; nil for a read.
        let value: [UInt8]?
        /// The greatest version that somebody had been told of when it was sent.
        let floor: Timestamp
    }

    /// Asks for `microseconds` on, every few milliseconds. `old` is not written to: what it commits on its way out
    /// would keep others, which lack it, from being elected.
    func probe(_ shard: Int, _ microseconds: Int, sparing old: SimulatedNode? = nil) {
        let key = Workload.key(shard, Workload.registers.lowerBound)
        let owner = ranges.map.lookup(key) ?? userShards[shard]
        let stamp = RouteStamp(shard: owner.shard, version: owner.epoch.version)
        probe(key, stamp, sparing: old, until: now + Int64(microseconds) * 1_000)
    }

    private func probe(_ key: Key, _ stamp: RouteStamp, sparing old: SimulatedNode?, until end: Int64) {
        guard now < end, isFaulty else { return }
        let isWrite = clientChance.happens(percent: 40)
        for node in nodes where node.isUp {
            if isWrite, node !== old { sendProbe(of: key, writing: nextProbeValue(), stamp, to: node) }
            sendProbe(of: key, writing: nil, stamp, to: node)
        }
        after(clientChance.draw(500...6_000)) { [unowned self] in probe(key, stamp, sparing: old, until: end) }
    }

    private func nextProbeValue() -> [UInt8] {
        probesSent += 1
        return Array("p\(probesSent)".utf8)
    }

    private func sendProbe(of key: Key, writing value: [UInt8]?, _ stamp: RouteStamp, to node: SimulatedNode) {
        guard let body = body(of: key, value, stamp) else { return fail("a probe of \(key) cannot be sent") }
        if let value { history.attempts(value, at: key) }
        let id = nextRequest
        nextRequest += 1
        waiting[id] = .probe(ProbeRequest(key: key, value: value, floor: history.known(key)))
        var bytes = ByteBuffer()
        ClientRequest(id: id, timeoutMilliseconds: 5_000, body: body).encode(into: &bytes)
        trace.note(.request, now, bytes)
        after(clientChance.draw(mix.latency)) { [unowned self] in arrive(bytes, id, node) }
    }

    private func body(of key: Key, _ value: [UInt8]?, _ stamp: RouteStamp) -> ClientRequest.Body? {
        guard let value else {
            guard let list = try? KeyList([key]) else { return nil }
            return .get(GetRequest(route: stamp, consistency: .linearizable, keys: list))
        }
        guard let list = try? ClientOperation.put(key, value).operations() else { return nil }
        return .write(WriteRequest(route: stamp, operationCount: UInt32(list.count), operations: list.bytes))
    }

    /// An answer: a value must not be older than what was known when it was asked for.
    func received(_ body: ClientResponse.Body, _ probe: ProbeRequest) {
        switch body {
        case .values(let list):
            var cursor = list.cursor()
            guard let item = cursor.next() else { return fail("the answer to a probe is empty") }
            probes.hit(.probeRead)
            switch item {
            case .absent: history.probed(probe.key, nil, nil, floor: probe.floor)
            case .found(let view):
                let value = [UInt8](copying: list.bytes.readableBytesSpan.extracting(view.value))
                history.probed(probe.key, view.version, value, floor: probe.floor)
            }
        case .written(let result):
            guard case .put(let version) = result.outcomes.first, let value = probe.value else { break }
            history.probeWrote(probe.key, version, value, floor: probe.floor)
        case .failure, .page, .routes, .status, .descriptor, .descriptors, .placement, .checked: break
        }
        reportHistory()
    }
}
