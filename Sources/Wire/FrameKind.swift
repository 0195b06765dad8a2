/// The kind byte of every frame. Do not renumber: old and new nodes speak to each other.
package enum FrameKind {
    // Client flavour: the first frame of every connection and its answer.
    package static let hello: UInt8 = 0x01
    package static let helloReply: UInt8 = 0x02

    // Client flavour: requests.
    package static let write: UInt8 = 0x10
    package static let get: UInt8 = 0x11
    package static let scan: UInt8 = 0x12
    package static let routes: UInt8 = 0x13
    package static let status: UInt8 = 0x14

    // Client flavour: responses.
    package static let written: UInt8 = 0x20
    package static let values: UInt8 = 0x21
    package static let page: UInt8 = 0x22
    package static let routeTable: UInt8 = 0x23
    package static let nodeStatus: UInt8 = 0x24
    package static let failure: UInt8 = 0x2F

    // Client flavour: formation requests and replies.
    package static let announce: UInt8 = 0x40
    package static let bootstrap: UInt8 = 0x41
    package static let join: UInt8 = 0x42
    package static let announced: UInt8 = 0x48
    package static let accepted: UInt8 = 0x49
    package static let refused: UInt8 = 0x4A
    package static let joined: UInt8 = 0x4B

    // Peer flavour.
    package static let raft: UInt8 = 0x01
    package static let control: UInt8 = 0x02
}
