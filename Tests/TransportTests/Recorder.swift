import NIOCore
import Raft
import Synchronization
import Transport
import Wire

/// An owner that writes down what it hears. Used on one loop, and read by the test after that loop has answered.
// Safe because the test reads it only after the loop has answered.
final class Recorder: ConnectionOwner, @unchecked Sendable {
    var reply = HelloReply(outcome: .welcome, node: NodeID(1), incarnation: 11, boot: 12, clusterMilliseconds: 13)
    var opened: [FramedConnection] = []
    var frames: [Frame] = []
    var reads = 0
    var closed: [CloseReason] = []
    var onFrame: ((FramedConnection, Frame) -> Void)?
    var onOpen: ((FramedConnection) -> Void)?

    func connection(_: FramedConnection, hello: Hello, remoteAddress: String) -> HelloReply { reply }

    func connectionOpened(_ connection: FramedConnection) {
        opened.append(connection)
        onOpen?(connection)
    }

    func connection(_ connection: FramedConnection, received frame: Frame) {
        frames.append(Frame(kind: frame.kind, body: ByteBuffer(bytes: frame.body.readableBytesView)))
        onFrame?(connection, frame)
    }

    func connectionReadComplete(_: FramedConnection) { reads += 1 }

    func connectionClosed(_: FramedConnection, reason: CloseReason) { closed.append(reason) }
}

/// Frames for tests.
enum Frames {
    static func hello(_ role: ConnectionRole, node: UInt64? = nil) -> ByteBuffer {
        var buffer = ByteBuffer()
        Hello(role: role, node: node.map { NodeID($0) }, incarnation: 5, boot: 6).encode(into: &buffer)
        return buffer
    }

    static func frame(_ flavor: FrameFlavor, kind: UInt8 = 0x33, count: Int, of byte: UInt8 = 7) -> ByteBuffer {
        var buffer = ByteBuffer()
        FrameWriter.write(kind: kind, into: &buffer, flavor: flavor) { $0.writeRepeatingByte(byte, count: count) }
        return buffer
    }
}
