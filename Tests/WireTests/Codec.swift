import NIOCore
import Raft
import Wire

/// One encoded sample and the way to read it, the same for every kind of bytes.
struct Codec: CustomStringConvertible, Sendable {
    var description: String
    /// What is fed to `decode`; for a frame, its body.
    var sample: ByteBuffer
    /// Whether bytes after the sample are skipped rather than refused.
    var skipsTrailing: Bool
    /// Reads and writes again.
    var recode: @Sendable (ByteBuffer) throws -> ByteBuffer

    static func all() throws -> [Codec] {
        try entryCodecs() + peerCodecs() + formationCodecs() + recordCodecs() + clientCodecs() + replicaCodecs()
    }

    /// A frame, read and written by these; the sample is its body, so that mutations get past the frame's checksum.
    static func frame(
        _ name: String, _ flavor: FrameFlavor, _ encode: (inout ByteBuffer) -> Void,
        _ recode: @escaping @Sendable (Frame, inout ByteBuffer) throws -> Void
    ) throws -> Codec {
        var buffer = ByteBuffer()
        encode(&buffer)
        let frame = try body(of: buffer, flavor)
        return Codec(description: name, sample: frame.body, skipsTrailing: true) { bytes in
            var output = ByteBuffer()
            try recode(Frame(kind: frame.kind, body: bytes), &output)
            return try body(of: output, flavor).body
        }
    }

    static func body(of buffer: ByteBuffer, _ flavor: FrameFlavor) throws -> Frame {
        var rest = buffer
        guard let frame = try FrameParser.nextFrame(from: &rest, flavor: flavor, limit: flavor.lengthMax) else {
            throw WireError.truncated
        }
        guard rest.readableBytes == 0 else { throw WireError.trailingBytes }
        return frame
    }

    private static func clientCodecs() throws -> [Codec] {
        var codecs: [Codec] = []
        for (number, request) in try Samples.requests().enumerated() {
            codecs.append(
                try frame("request \(number)", .client, { request.encode(into: &$0) }) {
                    try ClientRequest.decode($0).encode(into: &$1)
                })
        }
        for (number, response) in Samples.responses().enumerated() {
            codecs.append(
                try frame("response \(number)", .client, { response.encode(into: &$0) }) {
                    try ClientResponse.decode($0).encode(into: &$1)
                })
        }
        return codecs
    }

    private static func formationCodecs() throws -> [Codec] {
        let hello = Hello(
            role: .bulk, cluster: Samples.cluster, node: NodeID(3), incarnation: 4, boot: 5, address: "a:1",
            credentials: [6, 7])
        let refusal = HelloReply(outcome: .refused(.wrongCluster, message: "no"), clusterMilliseconds: 8)
        var codecs = [
            try frame("hello", .client, { hello.encode(into: &$0) }) { try Hello.decode($0).encode(into: &$1) },
            try frame("hello reply", .client, { refusal.encode(into: &$0) }) {
                try HelloReply.decode($0).encode(into: &$1)
            },
        ]
        for (number, request) in Samples.formationRequests.enumerated() {
            codecs.append(
                try frame("formation request \(number)", .client, { request.encode(into: &$0) }) {
                    try FormationRequest.decode($0).encode(into: &$1)
                })
        }
        for (number, reply) in Samples.formationReplies.enumerated() {
            codecs.append(
                try frame("formation reply \(number)", .client, { reply.encode(into: &$0) }) {
                    try FormationReply.decode($0).encode(into: &$1)
                })
        }
        return codecs
    }

    private static func peerCodecs() throws -> [Codec] {
        var codecs = [
            try frame("control", .peer, { Samples.control.encode(into: &$0) }) {
                try ControlFrame.decode($0).encode(into: &$1)
            },
            try frame("quiet control", .peer, { Samples.quietControl.encode(into: &$0) }) {
                try ControlFrame.decode($0).encode(into: &$1)
            },
        ]
        for (number, envelope) in try Samples.envelopes().enumerated() {
            codecs.append(
                try frame("raft \(number)", .peer, { $0 = raftFrame([envelope]) }) {
                    $1 = raftFrame(try RaftFrame.decode($0))
                })
        }
        return codecs
    }

    private static func replicaCodecs() throws -> [Codec] {
        var codecs: [Codec] = []
        for (number, envelope) in Samples.snapshots.enumerated() {
            codecs.append(
                try frame("snapshot \(number)", .peer, { envelope.encode(into: &$0) }) {
                    let envelope = try SnapshotEnvelope.decode($0)
                    if case .chunk(let chunk) = envelope.message { try? walk(chunk) }
                    envelope.encode(into: &$1)
                })
        }
        for (number, notice) in Samples.notices.enumerated() {
            codecs.append(
                try frame("notice \(number)", .peer, { notice.encode(into: &$0) }) {
                    try ReplicaNotice.decode($0).encode(into: &$1)
                })
        }
        codecs.append(
            try frame("placement report", .peer, { Samples.report.encode(into: &$0) }) {
                try PlacementReport.decode($0).encode(into: &$1)
            })
        return codecs
    }

    private static func raftFrame(_ envelopes: [PeerEnvelope]) -> ByteBuffer {
        var builder = RaftFrameBuilder()
        for envelope in envelopes { _ = builder.append(envelope) }
        return builder.finish()
    }

    private static func recordCodecs() throws -> [Codec] {
        let node = NodeRecord(address: "a:1", incarnation: 9, labels: ["zone": "b", "rack": "1"])
        return [
            // The checksum is made right again, so that mutations reach what is behind it.
            Codec(description: "bootstrap record", sample: Samples.record.encode(), skipsTrailing: false) { bytes in
                try BootstrapRecord.decode(resealed(bytes, checksumAt: 0)).encode()
            },
            Codec(description: "node row", sample: SystemRow.encode(node), skipsTrailing: false) { bytes in
                SystemRow.encode(try SystemRow.decodeNode(bytes))
            },
            Codec(
                description: "shard row", sample: SystemRow.encode(Samples.jointDescriptor), skipsTrailing: false
            ) { bytes in
                SystemRow.encode(try SystemRow.decodeDescriptor(bytes))
            },
            Codec(
                description: "duty row", sample: SystemRow.encode(duty: .decommissioning), skipsTrailing: false
            ) { bytes in
                SystemRow.encode(duty: try SystemRow.decodeDuty(bytes))
            },
            Codec(
                description: "replication row", sample: SystemRow.encode(replication: 5), skipsTrailing: false
            ) { bytes in
                SystemRow.encode(replication: try SystemRow.decodeReplication(bytes))
            },
        ]
            + Samples.operators.enumerated().map { number, record in
                Codec(description: "operator row \(number)", sample: SystemRow.encode(record), skipsTrailing: false) {
                    bytes in
                    SystemRow.encode(try SystemRow.decodeOperator(bytes))
                }
            }
    }

    private static func entryCodecs() throws -> [Codec] {
        let steps = [Samples.splitEntry()] + Samples.mergeEntries() + [Samples.checkEntry()]
        return try (Samples.entries() + steps).enumerated().map { number, entry in
            Codec(
                description: "entry \(number)", sample: EncodedEntry.encode(entry), skipsTrailing: false
            ) { bytes in
                let entries = try EntryDecoder.decodeChunk(resealed(bytes, checksumAt: 4))
                guard let entry = entries.first, entries.count == 1 else { throw WireError.trailingBytes }
                if case .payload(let payload) = entry.content {
                    if payload.isSplit {
                        _ = try SplitCommand(payload)
                    } else if payload.isCheck {
                        _ = try CheckCommand(payload)
                    } else if payload.isMerge {
                        _ = try MergeCommand(payload)
                    } else {
                        try walk(payload)
                    }
                }
                return EncodedEntry.encode(entry)
            }
        }
    }

    /// Reads every row, and looks at the bytes of each.
    static func walk(_ chunk: SnapshotChunk) throws {
        var rows = SnapshotRows(chunk.bytes)
        while let row = try rows.next() {
            let span = chunk.bytes.readableBytesSpan
            _ = span.extracting(row.key).byteCount
            _ = span.extracting(row.value).byteCount
        }
    }

    /// Reads every operation, and looks at the bytes of each.
    static func walk(_ entry: EncodedEntry) throws {
        var view = try CommandBatchView(entry)
        while let command = try view.nextCommand() {
            var operations = view.operations(of: command)
            while let operation = try operations.next() {
                let span = entry.bytes.readableBytesSpan
                _ = span.extracting(operation.key).byteCount
                _ = span.extracting(operation.value).byteCount
                _ = span.extracting(operation.expect).byteCount
            }
        }
    }

    /// The same bytes with the checksum of what follows it at this place.
    static func resealed(_ bytes: ByteBuffer, checksumAt offset: Int) -> ByteBuffer {
        guard bytes.readableBytes >= offset + 4 else { return bytes }
        var copy = ByteBuffer(bytes: bytes.readableBytesView)
        let checksum = Checksum.crc32c(copy.readableBytesSpan.extracting((offset + 4)..<copy.readableBytes))
        copy.setInteger(checksum, at: offset, endianness: .little)
        return copy
    }
}
