/// The reading side of `RaftFrameBuilder`.
package enum RaftFrame {
    /// The envelopes of a frame of kind `FrameKind.raft`, in order. Entries are slices of the frame's bytes.
    package static func decode(_ frame: Frame) throws(WireError) -> [PeerEnvelope] {
        guard frame.kind == FrameKind.raft else { throw .unknownKind(frame.kind) }
        var reader = WireReader(frame.body)
        return try reader.readList(elementBytesMin: envelopeBytesMin) { (reader) throws(WireError) in
            let length = Int(try reader.readUInt32())
            return try PeerEnvelope.decode(try reader.readSlice(count: length))
        }
    }

    /// Length, shard, two members, kind and term.
    private static let envelopeBytesMin = 4 + 8 + 32 + 1 + 8
}
