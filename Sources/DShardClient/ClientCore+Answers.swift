import Keyspace
import NIOCore
import Raft
import Routing
import Transport
import Wire

extension ClientCore {
    /// One frame of a node. What cannot be read ends the connection: its peer speaks something else.
    func received(_ frame: Frame, on connection: FramedConnection, _ link: NodeLink) {
        do throws(WireError) {
            let response = try ClientResponse.decode(frame)
            guard let slot = resolve(SlotReference(rawValue: response.id)), slot.phase == .sent else { return }
            answered(slot, response.body)
        } catch {
            connection.close(reason: .garbage(error))
        }
    }

    private func answered(_ slot: Slot, _ body: ClientResponse.Body) {
        switch (body, slot.operation) {
        case (.values(let list), .get):
            complete(slot, .value(ClientCore.firstValue(list)))
        case (.values(let list), .getMany(let keys, _)) where list.count == keys.count:
            complete(slot, .values(ClientCore.values(list)))
        case (.written(let result), .write(_, let count)) where result.count == count:
            guard case .one(let outcome) = result else { return complete(slot, .batchWritten) }
            complete(slot, .written(outcome))
        case (.page(let page), .scan(let request)):
            complete(slot, .page(page, resume: resume(slot, page, request)))
        case (.routes(let table), .lookup):
            time.heard(table.clusterMilliseconds, at: instant())
            complete(slot, .batchWritten)
            lookupSucceeded(table)
        case (.routes(let table), .routes):
            router.absorb(table)
            complete(slot, .routes(table))
        case (.status(let status), .status):
            complete(slot, .status(status))
        case (.placement(let answer), .placement):
            complete(slot, .placement(answer))
        case (.checked(let check), .check):
            complete(slot, .checked(check))
        case (.failure(let error), .placement), (.failure(let error), .check):
            complete(slot, .refused(error))
        case (.failure(let error), _):
            refused(slot, error)
        default:
            strangeAnswer(slot)
        }
    }

    /// The answer is of another kind than the question: a write may have been done all the same.
    private func strangeAnswer(_ slot: Slot) {
        let isWrite = slot.operation.isWrite
        complete(slot, .failure(isWrite ? ClientError(.unknownOutcome, trouble: nil) : .strangeAnswer))
    }

    /// Where a scan goes on after `page`; nil at its end.
    private func resume(_ slot: Slot, _ page: ScanPage, _ request: PageRequest) -> Key? {
        if let resume = page.resume { return resume }
        guard let clip = slot.clip else { return nil }
        if request.isReverse { return clip.start > request.start ? clip.start : nil }
        return clip.end < request.end ? clip.end : nil
    }

    /// The only value, copied out of the read buffer.
    private static func firstValue(_ list: ValueList) -> VersionedValue? {
        var cursor = list.cursor()
        guard case .found(let view) = cursor.next() else { return nil }
        return value(view, of: list)
    }

    /// The values, copied out of the read buffer.
    private static func values(_ list: ValueList) -> [VersionedValue?] {
        var values: [VersionedValue?] = []
        values.reserveCapacity(Int(list.count))
        var cursor = list.cursor()
        while let item = cursor.next() {
            switch item {
            case .absent: values.append(nil)
            case .found(let view): values.append(value(view, of: list))
            }
        }
        return values
    }

    private static func value(_ view: ValueList.ValueView, of list: ValueList) -> VersionedValue {
        let start = list.bytes.readerIndex + view.value.lowerBound
        let bytes = list.bytes.getBytes(at: start, length: view.value.count) ?? []
        return VersionedValue(value: bytes, version: Version(view.version.rawValue))
    }

    private func refused(_ slot: Slot, _ error: RequestError) {
        var learned = false
        switch error {
        case .notLeader(let hint):
            if let node = slot.node {
                learned = router.notLeader(slot.shard, said: node, hint: hint, at: instant())
            }
        case .epochMismatch(let descriptors):
            learned = router.absorb(descriptors)
            // A group that may have been applied keeps its sequence: split anew it would be other commands (rule 22).
            if slot.operation.isGroup {
                guard slot.mayBeApplied else { return complete(slot, .regroup) }
                // Of this very version, so its keys lie in several shards now, and no node can tell any more.
                if descriptors.contains(where: { $0.shard == slot.shard && $0.epoch.version == slot.version }) {
                    return complete(slot, .failure(ClientError(.unknownOutcome, trouble: trouble)))
                }
            }
        case .tooStale:
            slot.needsLeader = true
            learned = true
        case .ambiguous:
            slot.mayBeApplied = true
        case .sessionExpired:
            if slot.session == session.id { renewSession() }
        default:
            break
        }
        failed(slot, .answered(error), learned: learned)
    }

    /// An attempt did not succeed: what now?
    func failed(_ slot: Slot, _ failure: RetryPolicy.Failure, learned: Bool) {
        leaveLink(slot)
        slot.lastFailure = failure
        if case .lookup = slot.operation { return lookupFailed(slot) }
        // Asked of one node once: the caller decides what follows.
        switch slot.operation {
        case .placement, .check:
            let isSent = failure == .connectionLost
            return complete(slot, .refused(isSent ? .ambiguous : .notLeader(hint: nil)))
        case .status where failure == .unreachable:
            // Nobody else can answer.
            return complete(slot, .failure(ClientError(.unreachable, trouble: trouble)))
        default: break
        }
        let decision = policy.decide(
            kind(slot), failure, attempt: slot.attempt, learned: learned,
            mayBeApplied: slot.mayBeApplied, timeLeft: timeLeft(slot), using: &generator)
        switch decision {
        case .retryNow: dispatch(slot)
        case .retryAfter(let pause): delay(slot, pause)
        case .refreshRoutes(let pause):
            if slot.key == nil { delay(slot, pause) } else { waitForRoutes(slot, after: pause) }
        case .fail(let failure): complete(slot, .failure(ClientError(failure, trouble: trouble)))
        }
    }

    func kind(_ slot: Slot) -> RetryPolicy.Operation {
        guard slot.operation.isWrite else { return .read }
        return configuration.usesSession ? .writeInSession : .writeWithoutSession
    }

    private func timeLeft(_ slot: Slot) -> Interval {
        Interval(nanoseconds: (slot.deadline - turnTime()).nanoseconds)
    }
}
