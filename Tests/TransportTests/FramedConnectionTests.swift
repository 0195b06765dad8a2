import NIOCore
import NIOEmbedded
import Raft
import Testing
import Wire

@testable import Transport

/// The accepted side, byte by byte and on virtual time.
@Suite struct FramedConnectionTests {
    /// A connection in an embedded channel.
    struct Bench {
        let owner = Recorder()
        let meter = TransportMeter()
        let loop = EmbeddedEventLoop()
        let channel: EmbeddedChannel
        let connection: FramedConnection

        init(_ limits: ConnectionLimits = ConnectionLimits(), side: FramedConnection.Side = .server) throws {
            connection = FramedConnection(side: side, owner: owner, limits: limits, meter: meter)
            channel = EmbeddedChannel(loop: loop)
            try channel.pipeline.syncOperations.addHandler(connection)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        }

        func receive(_ buffer: ByteBuffer) throws {
            guard channel.isActive else { return }
            try channel.writeInbound(buffer)
        }

        func dripFeed(_ buffer: ByteBuffer) throws {
            for byte in buffer.readableBytesView { try receive(ByteBuffer(bytes: [byte])) }
        }

        /// All bytes written so far.
        func sent() throws -> ByteBuffer {
            var all = ByteBuffer()
            while var buffer = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&buffer) }
            return all
        }
    }

    @Test(arguments: [
        (ConnectionRole.client, FrameFlavor.client), (.control, .peer), (.bulk, .peer), (.formation, .client),
    ])
    func deliversFramesFedByteByByte(_ role: ConnectionRole, _ flavor: FrameFlavor) throws {
        let bench = try Bench()
        var bytes = Frames.hello(role, node: 3)
        for count in [0, 1, 300] {
            var frame = Frames.frame(flavor, count: count)
            bytes.writeBuffer(&frame)
        }
        try bench.dripFeed(bytes)
        #expect(bench.owner.opened.count == 1)
        #expect(bench.connection.role == role)
        #expect(bench.connection.peer.node == NodeID(3))
        #expect(bench.owner.frames.map(\.body.readableBytes) == [0, 1, 300])
        #expect(bench.owner.closed.isEmpty)
        #expect(bench.meter.counters.framesIn == 4)
    }

    /// The same bytes, cut at every place, and as one read.
    @Test func deliversFramesHoweverTheyAreCut() throws {
        var bytes = Frames.hello(.control)
        for count in [0, 40, 3] {
            var frame = Frames.frame(.peer, count: count)
            bytes.writeBuffer(&frame)
        }
        for cut in 0...bytes.readableBytes {
            let bench = try Bench()
            var rest = bytes
            guard let head = rest.readSlice(length: cut) else { continue }
            try bench.receive(head)
            try bench.receive(rest)
            #expect(bench.owner.frames.map(\.body.readableBytes) == [0, 40, 3], "cut at \(cut)")
        }
    }

    @Test func answersTheHello() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        var sent = try bench.sent()
        let parsed = try FrameParser.nextFrame(from: &sent, flavor: .client, limit: 1 << 14)
        let frame = try #require(parsed)
        #expect(try HelloReply.decode(frame) == bench.owner.reply)
    }

    @Test func aRefusalIsSentBeforeTheEnd() throws {
        let bench = try Bench()
        bench.owner.reply.outcome = .refused(.wrongCluster, message: "no")
        try bench.receive(Frames.hello(.client))
        var sent = try bench.sent()
        let parsed = try FrameParser.nextFrame(from: &sent, flavor: .client, limit: 1 << 14)
        let frame = try #require(parsed)
        #expect(try HelloReply.decode(frame).outcome == .refused(.wrongCluster, message: "no"))
        #expect(!bench.channel.isActive)
        #expect(bench.owner.opened.isEmpty && bench.owner.closed.isEmpty)
        #expect(bench.meter.counters.refused == 1)
        #expect(bench.meter.connections == 0)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}", "*1\r\n$4\r\nPING\r\n",
        "\u{5}\u{0}\u{0}\u{0}\u{1}DSHX", "\u{0}\u{0}\u{0}\u{0}",
    ])
    func aWrongPrefaceEndsIt(_ text: String) throws {
        let bench = try Bench()
        try bench.receive(ByteBuffer(string: text))
        #expect(!bench.channel.isActive)
        #expect(bench.meter.counters.garbage == 1)
        #expect(bench.owner.opened.isEmpty)
    }

    @Test func theHelloIsBounded() throws {
        let bench = try Bench()
        try bench.receive(ByteBuffer(integer: UInt32(16 << 10) + 1, endianness: .little))
        #expect(!bench.channel.isActive)
        let other = try Bench()
        try other.receive(ByteBuffer(integer: UInt32(16 << 10), endianness: .little))
        #expect(other.channel.isActive)
    }

    @Test(arguments: [(ConnectionRole.client, 4 << 20), (.control, 16 << 20), (.formation, 1 << 20)])
    func aTooLongFrameEndsItAtItsLength(_ role: ConnectionRole, _ limit: Int) throws {
        for (length, isFine) in [(limit, true), (limit + 1, false)] {
            let bench = try Bench()
            try bench.receive(Frames.hello(role))
            try bench.receive(ByteBuffer(integer: UInt32(length), endianness: .little))
            #expect(bench.channel.isActive == isFine)
            #expect(bench.owner.closed == (isFine ? [] : [.garbage(.tooLarge(limit: limit, actual: length))]))
        }
    }

    @Test func aBadChecksumEndsIt() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.bulk))
        var frame = Frames.frame(.peer, count: 100)
        frame.setInteger(UInt8(99), at: frame.writerIndex - 1)
        try bench.receive(frame)
        #expect(bench.owner.closed == [.garbage(.badChecksum)])
        #expect(bench.owner.frames.isEmpty)
    }

    @Test func silenceInsteadOfAHelloEndsIt() throws {
        let bench = try Bench()
        bench.loop.advanceTime(by: .milliseconds(4_999))
        #expect(bench.channel.isActive)
        bench.loop.advanceTime(by: .milliseconds(1))
        #expect(!bench.channel.isActive)
        #expect(bench.meter.counters.helloTimeouts == 1)
    }

    @Test func aFrameThatStaysHalfEndsIt() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        let frame = Frames.frame(.client, count: 10)
        try bench.receive(frame)
        bench.loop.advanceTime(by: .seconds(60))
        #expect(bench.channel.isActive, "silence between frames is fine")
        try bench.receive(ByteBuffer(integer: UInt8(9)))
        bench.loop.advanceTime(by: .seconds(29))
        try bench.receive(ByteBuffer(integer: UInt8(0)))
        #expect(bench.channel.isActive)
        bench.loop.advanceTime(by: .seconds(1))
        #expect(bench.owner.closed == [.frameTimeout])
    }

    @Test func halvesOfDifferentFramesAreNotOneSlowFrame() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        var frame = Frames.frame(.client, count: 10)
        let slice = frame.readSlice(length: 6)
        let head = try #require(slice)
        try bench.receive(head)
        for _ in 0..<10 {
            bench.loop.advanceTime(by: .seconds(20))
            var bytes = frame
            bytes.writeImmutableBuffer(head)
            try bench.receive(bytes)
        }
        #expect(bench.channel.isActive)
        #expect(bench.owner.frames.count == 10)
    }

    @Test func writesOfATickLeaveTogether() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        _ = try bench.sent()
        for count in [1, 2, 3] { bench.connection.write(Frames.frame(.client, count: count)) }
        #expect(try bench.channel.readOutbound(as: ByteBuffer.self) == nil)
        bench.connection.flush()
        let whole = try #require(try bench.channel.readOutbound(as: ByteBuffer.self))
        #expect(whole.readableBytes == 3 * 5 + 6)
        #expect(try bench.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func largeFramesKeepTheirPlace() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        _ = try bench.sent()
        for count in [1, 100_000, 2] { bench.connection.write(Frames.frame(.client, count: count)) }
        bench.connection.flush()
        var sent = try bench.sent()
        var counts: [Int] = []
        while let frame = try FrameParser.nextFrame(from: &sent, flavor: .client, limit: 1 << 20) {
            counts.append(frame.body.readableBytes)
        }
        #expect(counts == [1, 100_000, 2])
        #expect(bench.meter.counters.bytesOut == 100_003 + 15)
    }

    @Test func aReaderThatDoesNotReadIsCutOff() throws {
        var limits = ConnectionLimits()
        limits.clientPendingBytesMax = 100
        let bench = try Bench(limits)
        try bench.receive(Frames.hello(.client))
        #expect(bench.connection.write(Frames.frame(.client, count: 95)))
        #expect(!bench.connection.write(Frames.frame(.client, count: 0)))
        #expect(bench.owner.closed == [.pendingOverflow])
        #expect(!bench.channel.isActive)
    }

    @Test func theEndIsToldOnceAndSaysWhose() throws {
        let bench = try Bench()
        try bench.receive(Frames.hello(.client))
        bench.channel.pipeline.fireErrorCaught(IOError(errnoCode: 104, reason: "reset"))
        #expect(bench.owner.closed == [.closedByPeer])
        let other = try Bench()
        try other.receive(Frames.hello(.client))
        other.connection.close()
        other.connection.close()
        #expect(other.owner.closed == [.closedLocally])
        #expect(other.meter.counters.closedLocally == 1)
        #expect(!other.connection.write(Frames.frame(.client, count: 1)))
    }

    @Test func anOwnerMayCloseInTheMiddleOfARead() throws {
        let bench = try Bench()
        bench.owner.onFrame = { connection, _ in connection.close() }
        var bytes = Frames.hello(.client)
        for _ in 0..<3 {
            var frame = Frames.frame(.client, count: 1)
            bytes.writeBuffer(&frame)
        }
        try bench.receive(bytes)
        #expect(bench.owner.frames.count == 1)
        #expect(bench.owner.closed == [.closedLocally])
    }

    /// Nothing a stranger sends may trap.
    @Test func randomBytesNeverTrap() throws {
        var generator = Seeded(state: 8)
        for round in 0..<500 {
            let bench = try Bench()
            if round % 2 == 0 { try bench.receive(Frames.hello(round % 4 == 0 ? .client : .control)) }
            for _ in 0..<5 {
                let count = Int.random(in: 0...60, using: &generator)
                var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                if bytes.count > 4, Bool.random(using: &generator) { bytes.replaceSubrange(1..<4, with: [0, 0, 0]) }
                try bench.receive(ByteBuffer(bytes: bytes))
            }
        }
    }

    @Test func theDiallingSideSpeaksFirst() throws {
        let hello = Hello(role: .control, node: NodeID(4), incarnation: 1, boot: 2, address: "a:1")
        let bench = try Bench(side: .client(hello))
        var sent = try bench.sent()
        let parsed = try FrameParser.nextFrame(from: &sent, flavor: .client, limit: 1 << 14)
        let frame = try #require(parsed)
        #expect(try Hello.decode(frame) == hello)
        var reply = ByteBuffer()
        bench.owner.reply.encode(into: &reply)
        try bench.receive(reply)
        #expect(bench.connection.isOpen)
        #expect(bench.connection.peer.clusterMilliseconds == 13)
        #expect(bench.connection.peer.boot == 12)
    }
}

/// A seeded generator.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
