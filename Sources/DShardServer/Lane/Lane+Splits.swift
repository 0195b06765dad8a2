import Host
import Keyspace
import Logging
import NIOCore
import Raft
import Transport
import Wire

/// Splits that are asked of this node: an id from the system shard first, then the proposal (rules 32 and 37).
extension Lane {
    /// A split that waits for the new shard's id.
    struct WaitingSplit {
        var request: SplitRequest
        var reference: RequestReference
    }

    /// Splits that may wait for an id at the same time.
    private static let waitingSplitsMax = 256
    /// The leader of the system shard is asked again after this.
    private static let reservePause = TimeAmount.milliseconds(200)
    /// A split waits no longer than this for an id, whatever its client would, in milliseconds.
    private static let reserveMax: UInt32 = 10_000

    /// A step of placement.
    func split(_ request: SplitRequest, number: UInt64, for peer: NodeID) {
        submitInternal(.split(request)) { [self] body in
            switch body {
            case .descriptors(let parts):
                // The shard itself comes first, its new part reports by itself.
                if let parent = parts.first { send(.changed(number: number, parent), to: peer) }
            case .failure(let error): send(.refused(number: number, error), to: peer)
            default: break
            }
            links?.flushAll()
        }
    }

    func split(_ request: SplitRequest, _ reference: RequestReference, timeoutMilliseconds: UInt32) {
        // Refused before an id is used up.
        if let refusal = host.refusal(of: request) { return respond(reference, .failure(refusal)) }
        guard waitingSplits.count < Self.waitingSplitsMax else {
            return respond(
                reference, .failure(.busy(retryAfterMilliseconds: 100, reason: "too many splits are waiting")))
        }
        let number = nextInternalRequest
        nextInternalRequest += 1
        waitingSplits[number] = WaitingSplit(request: request, reference: reference)
        let end = NIODeadline.now() + .milliseconds(Int64(min(timeoutMilliseconds, Self.reserveMax)))
        askForID(number, until: end)
    }

    /// One id is asked for at a time: of every node that may lead the system shard, again and again. One that comes
    /// twice is lost, which does no harm.
    private func askForID(_ number: UInt64, until end: NIODeadline) {
        guard let waiting = waitingSplits[number] else { return }
        guard isAwaited(waiting.reference) else { return waitingSplits[number] = nil }
        guard NIODeadline.now() < end else {
            waitingSplits[number] = nil
            respond(waiting.reference, .failure(.unavailable("the system shard gave out no id for the new shard")))
            return scheduleTurn()
        }
        if number == waitingSplits.keys.min() { reserve(number) }
        loop.scheduleTask(in: Self.reservePause) { [self] in askForID(number, until: end) }
    }

    private func reserve(_ number: UInt64) {
        for voter in host.systemShard?.configuration.voters ?? [] { send(.reserve(number: number), to: voter.node) }
        links?.flushAll()
    }

    func merge(_ request: MergeRequest, _ reference: RequestReference) {
        telemetry.log.notice(
            "a merge is asked for", metadata: ["shard": "\(request.shard)", "right": "\(request.right)"])
        host.merge(request, from: reference, now: SteadyClock.now())
        scheduleTurn()
    }

    /// Whether whoever asked is still there.
    private func isAwaited(_ reference: RequestReference) -> Bool {
        reference.connection == 0 || clients[reference.connection] != nil
    }

    /// The id is there.
    func reserved(_ number: UInt64, _ shard: ShardID) {
        guard let waiting = waitingSplits.removeValue(forKey: number) else { return }
        if let next = waitingSplits.keys.min() { reserve(next) }
        guard isAwaited(waiting.reference) else { return }
        telemetry.log.notice(
            "splitting a shard", metadata: ["shard": "\(waiting.request.shard)", "child": "\(shard)"])
        host.split(waiting.request, child: shard, from: waiting.reference, now: SteadyClock.now())
        scheduleTurn()
    }
}
