import Keyspace
import NIOCore
import Raft
import Testing
import Wire

@Suite struct HelloTests {
    @Test(arguments: ConnectionRole.allCases)
    func helloComesBack(_ role: ConnectionRole) throws {
        for hello in [
            Hello(role: role),
            Hello(
                role: role, cluster: Samples.cluster, node: NodeID(3), incarnation: 4, boot: 5, address: "ü:1",
                credentials: [6]),
        ] {
            var buffer = ByteBuffer()
            hello.encode(into: &buffer)
            #expect(try Hello.decode(try Codec.body(of: buffer, .client)) == hello)
        }
    }

    @Test(arguments: RefusalCode.allCases)
    func replyComesBack(_ code: RefusalCode) throws {
        for outcome in [HelloReply.Outcome.welcome, .refused(code, message: "go away")] {
            let reply = HelloReply(
                outcome: outcome, cluster: Samples.cluster, node: NodeID(1), incarnation: 2, boot: 3,
                clusterMilliseconds: 4)
            var buffer = ByteBuffer()
            reply.encode(into: &buffer)
            #expect(try HelloReply.decode(try Codec.body(of: buffer, .client)) == reply)
        }
    }

    @Test func othersAreRecognised() throws {
        var buffer = ByteBuffer()
        Hello(role: .client).encode(into: &buffer)
        let frame = try Codec.body(of: buffer, .client)
        var stranger = frame
        stranger.body.setString("GET ", at: frame.body.readerIndex)
        #expect(throws: WireError.badMagic) { try Hello.decode(stranger) }
        var future = frame
        future.body.setInteger(Hello.currentVersion + 1, at: frame.body.readerIndex + 4, endianness: .little)
        #expect(throws: WireError.version(theirs: Hello.currentVersion + 1)) { try Hello.decode(future) }
        var role = frame
        role.body.setInteger(UInt8(9), at: frame.body.readerIndex + 6)
        #expect(throws: WireError.badValue("role")) { try Hello.decode(role) }
    }

    /// The refusal of a node of another version must still reach a person.
    @Test func refusalsOfOtherVersionsAreRead() throws {
        let refusal = HelloReply(outcome: .refused(.version, message: "upgrade"), protocolVersion: 9)
        var buffer = ByteBuffer()
        refusal.encode(into: &buffer)
        #expect(try HelloReply.decode(try Codec.body(of: buffer, .client)) == refusal)
        var welcome = ByteBuffer()
        HelloReply(outcome: .welcome, protocolVersion: 9).encode(into: &welcome)
        let frame = try Codec.body(of: welcome, .client)
        #expect(throws: WireError.version(theirs: 9)) { try HelloReply.decode(frame) }
    }

    /// H14: what must be text is text.
    @Test func invalidUTF8IsAnError() throws {
        var buffer = ByteBuffer()
        Hello(role: .control, address: "a:1").encode(into: &buffer)
        var frame = try Codec.body(of: buffer, .client)
        frame.body.setInteger(UInt8(0xFF), at: frame.body.writerIndex - 3)
        #expect(throws: WireError.badValue("text")) { try Hello.decode(frame) }
    }

    @Test func formationComesBack() throws {
        for request in Samples.formationRequests {
            var buffer = ByteBuffer()
            #expect(request.encode(into: &buffer))
            #expect(try FormationRequest.decode(try Codec.body(of: buffer, .client)) == request)
        }
        for reply in Samples.formationReplies {
            var buffer = ByteBuffer()
            #expect(reply.encode(into: &buffer))
            #expect(try FormationReply.decode(try Codec.body(of: buffer, .client)) == reply)
        }
    }

    @Test func clusterIDsComeBackAsText() {
        let id = ClusterID(high: 0x0102, low: 0xFF)
        #expect(id.description == "000000000000010200000000000000ff")
        #expect(ClusterID(id.description) == id)
        let sign = "+0000000000000020000000000000000f"
        for text in ["", "0", sign, id.description + "0", "g" + id.description.dropFirst()] {
            #expect(ClusterID(text) == nil)
        }
    }
}
