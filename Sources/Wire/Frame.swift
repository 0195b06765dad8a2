import Keyspace
package import NIOCore

/// One message as it travels: what follows the length (and, between nodes, the checksum).
package struct Frame: Sendable, Equatable {
    /// What the body is; see `FrameKind`.
    package var kind: UInt8
    /// A slice: it pins the buffer it was read from, so copy what outlives the read.
    package var body: ByteBuffer

    package init(kind: UInt8, body: ByteBuffer) {
        self.kind = kind
        self.body = body
    }
}

/// How frames of a connection look.
package enum FrameFlavor: Sendable, Equatable {
    /// length:u32 kind:u8 body; between a client and a node, and for every connection's hello.
    case client
    /// length:u32 crc32c:u32 kind:u8 body; between nodes, after the hello.
    case peer

    /// The bytes before the kind.
    package var headerByteCount: Int {
        switch self {
        case .client: 4
        case .peer: 8
        }
    }

    /// The greatest value of the length field.
    package var lengthMax: Int {
        switch self {
        case .client: KeyLimits.clientFrameBytesMax
        case .peer: KeyLimits.peerFrameBytesMax
        }
    }
}
