import Keyspace
import NIOCore
import Raft
import Storage
import Wire

@testable import Host

/// One host of three, in term 1, and what the others tell it.
struct HostBench {
    static let descriptor = Fixture.descriptor(0)
    static let shard = descriptor.shard

    var host: Host
    var milliseconds: Int64 = 1_000_000
    var effects = Effects()

    init(node: UInt64) {
        let now = Instant(nanoseconds: 1_000_000 * 1_000_000)
        host = Host(
            node: NodeID(node), boot: 100 + node, incarnation: node, limits: HostLimits(),
            wallMilliseconds: Fixture.start, now: now)
        let member = Member(replica: ReplicaID(node), node: NodeID(node))
        host.add(
            RestoredReplica(
                descriptor: Self.descriptor, member: member,
                restored: Restored(configuration: Self.descriptor.configuration),
                lastVersion: Fixture.firstState.lastVersion),
            seed: 1, now: now)
        for peer in UInt64(1)...3 where peer != node { connect(peer) }
    }

    var now: Instant { Instant(nanoseconds: milliseconds * 1_000_000) }
    var group: Group<EncodedEntry>? { host.replica(of: Self.shard)?.group }

    mutating func frame(to peer: UInt64) -> ControlFrame? {
        host.controlFrame(to: NodeID(peer), now: now)
    }

    mutating func connect(_ peer: UInt64, boot: UInt64? = nil) {
        host.connected(NodeID(peer), boot: boot ?? 100 + peer, isControl: true, now: now)
    }

    /// Ends the tick; the log is durable at once.
    mutating func turn() {
        effects = host.turn(now: now)
        while let write = effects.logWrite {
            host.persisted(write.tokens, writes: 1, now: now)
            let more = host.turn(now: now)
            effects.messages += more.messages
            effects.control += more.control
            effects.applies += more.applies
            effects.answers += more.answers
            effects.reads += more.reads
            effects.logWrite = more.logWrite
        }
    }

    mutating func receive(_ message: Message<EncodedEntry>, from peer: UInt64) {
        let envelope = PeerEnvelope(
            shard: Self.shard, from: Member(replica: ReplicaID(peer), node: NodeID(peer)),
            to: Member(replica: ReplicaID(host.node.rawValue), node: host.node), message: message)
        host.receive(envelope, from: NodeID(peer), now: now)
    }

    mutating func receive(
        from peer: UInt64, vouches: Bool = true, answering sentAt: Instant? = nil,
        _ change: (inout ControlFrame) -> Void = { _ in }
    ) {
        var frame = ControlFrame(
            sequence: 1, sentAt: Instant(nanoseconds: 7_000), answer: nil, boot: 100 + peer, vouches: vouches)
        if let sentAt { frame.answer = ControlFrame.Answer(sequence: 1, sentAt: sentAt) }
        change(&frame)
        host.receive(frame, from: NodeID(peer), now: now)
    }

    /// The leader of term 1 is node 1; this host has acknowledged it.
    mutating func follow() {
        milliseconds += 1_000
        let append = Append<EncodedEntry>(
            term: Term(1), previousIndex: .zero, previousTerm: .zero,
            entries: [Entry(index: LogIndex(1), term: Term(1), content: .empty)], commit: .zero,
            replicatedEverywhere: .zero, sentAt: Instant(nanoseconds: 1))
        receive(.append(append), from: 1)
        turn()
    }

    mutating func askForVote(from peer: UInt64 = 3) {
        let request = VoteRequest(
            term: Term(2), isPreVote: false, lastIndex: LogIndex(9), lastTerm: Term(1), transfer: nil)
        receive(.voteRequest(request), from: peer)
    }

    var votes: [VoteReply] {
        effects.messages.compactMap { envelope in
            guard case .voteReply(let reply) = envelope.message else { return nil }
            return reply
        }
    }
}
