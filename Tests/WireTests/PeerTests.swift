import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct PeerTests {
    @Test func manyShardsInOneFrame() throws {
        var builder = RaftFrameBuilder()
        #expect(builder.isEmpty && builder.finish().readableBytes == 0)
        for (number, var envelope) in try Samples.envelopes().enumerated() {
            envelope.shard = ShardID(UInt64(number))
            #expect(builder.append(envelope) == true)
        }
        let size = builder.byteCount
        let buffer = builder.finish()
        #expect(buffer.readableBytes == size)
        #expect(builder.isEmpty && builder.byteCount == 0)
        let envelopes = try RaftFrame.decode(try Codec.body(of: buffer, .peer))
        #expect(envelopes.map(\.shard.rawValue) == Array(0..<12))
        #expect(envelopes.map(\.message.term) == (try Samples.messages()).map(\.term))
        #expect(envelopes[3].from == Member(replica: ReplicaID(0x12), node: NodeID(0x13)))
        #expect(envelopes[3].to == Member(replica: ReplicaID(0x14), node: NodeID(0x15)))
    }

    @Test func messagesKeepTheirFields() throws {
        var builder = RaftFrameBuilder()
        for envelope in try Samples.envelopes() { _ = builder.append(envelope) }
        let messages = try RaftFrame.decode(try Codec.body(of: builder.finish(), .peer)).map(\.message)
        for (read, sent) in zip(messages, try Samples.messages()) {
            switch (read, sent) {
            case (.append(let a), .append(let b)):
                #expect(a.previousIndex == b.previousIndex && a.previousTerm == b.previousTerm)
                #expect(a.commit == b.commit && a.replicatedEverywhere == b.replicatedEverywhere)
                #expect(a.sentAt == b.sentAt && a.entries.map(\.index) == b.entries.map(\.index))
            case (.appendReply(let a), .appendReply(let b)): #expect(a == b)
            case (.voteRequest(let a), .voteRequest(let b)): #expect(a == b)
            case (.voteReply(let a), .voteReply(let b)): #expect(a == b)
            case (.heartbeat(let a), .heartbeat(let b)): #expect(a == b)
            case (.heartbeatReply(let a), .heartbeatReply(let b)): #expect(a == b)
            case (.timeoutNow(let a), .timeoutNow(let b)): #expect(a == b)
            default: Issue.record("\(sent) became \(read)")
            }
        }
    }

    @Test func aFullFrameRefusesTheNextEnvelope() throws {
        let value = [UInt8](repeating: 1, count: KeyLimits.valueBytesMax)
        var list = OperationList()
        try list.put(.user([1]), value)
        var batch = CommandBatchBuilder()
        batch.append(CommandHeader(), operations: list.bytes, operationCount: 1, reads: false)
        let entry = batch.finish(term: Term(3), index: LogIndex(5), stamp: .zero, epochVersion: 1)
        guard case .append(var append) = try Samples.messages()[0] else { return }
        append.entries = [Entry(index: LogIndex(5), term: Term(3), content: .payload(entry))]
        var envelope = try Samples.envelopes()[0]
        envelope.message = .append(append)
        var builder = RaftFrameBuilder()
        for _ in 0..<15 { #expect(builder.append(envelope) == true) }
        let size = builder.byteCount
        #expect(builder.append(envelope) == false)
        #expect(builder.byteCount == size && builder.count == 15)
    }

    /// H9: an append whose entries do not follow what it says they follow.
    @Test func entriesMustFollowTheirPredecessor() throws {
        guard case .append(let good) = try Samples.messages()[0] else { return }
        let changes: [(inout Append<EncodedEntry>) -> Void] = [
            { $0.previousIndex = LogIndex(3) }, { $0.previousIndex = LogIndex(.max) }, { $0.previousTerm = Term(3) },
            { $0.term = Term(2) },
        ]
        for change in changes {
            var append = good
            change(&append)
            var envelope = try Samples.envelopes()[0]
            envelope.message = .append(append)
            var builder = RaftFrameBuilder()
            _ = builder.append(envelope)
            let frame = try Codec.body(of: builder.finish(), .peer)
            #expect(throws: WireError.self) { try RaftFrame.decode(frame) }
        }
    }

    @Test func controlFramesComeBack() throws {
        for control in [Samples.control, Samples.quietControl] {
            var buffer = ByteBuffer()
            #expect(control.encode(into: &buffer))
            #expect(try ControlFrame.decode(try Codec.body(of: buffer, .peer)) == control)
        }
    }

    @Test func framesOfAnotherKindAreErrors() {
        #expect(throws: WireError.unknownKind(2)) { try RaftFrame.decode(Frame(kind: 2, body: ByteBuffer())) }
        #expect(throws: WireError.unknownKind(1)) { try ControlFrame.decode(Frame(kind: 1, body: ByteBuffer())) }
    }
}
