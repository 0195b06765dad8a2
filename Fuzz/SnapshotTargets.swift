import Keyspace
import NIOCore
import Wire

extension FuzzTarget {
    /// One message about a snapshot.
    static let snapshotFrame = FuzzTarget(name: "snapshot-frame") { input in
        Check.recodeFrame(
            input, .peer, decode: { try SnapshotEnvelope.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        try Samples.snapshots.map { envelope in try Check.content(.peer) { envelope.encode(into: &$0) } }
    }

    /// The rows of a chunk: each within the bytes, and above the one before it.
    static let snapshotRows = FuzzTarget(name: "snapshot-rows") { input in
        var cursor = SnapshotRows(input)
        let span = input.readableBytesSpan
        var last: [UInt8]?
        var written = ByteBuffer()
        do {
            while let row = try cursor.next() {
                let key = Key(copying: span.extracting(row.key)).bytes
                if let last { Check.that(ByteOrder.compare(last, key) < 0, "rows do not ascend") }
                last = key
                SnapshotRows.append(key: span.extracting(row.key), value: span.extracting(row.value), to: &written)
            }
            Check.that(written == input, "rows change when they are written again")
        } catch {
            Check.that(input.readableBytes > written.readableBytes, "a whole chunk is refused at its end")
        }
    } seeds: {
        [Samples.rows]
    }

    /// What nodes tell each other about replicas.
    static let replicaNotice = FuzzTarget(name: "replica-notice") { input in
        Check.recodeFrame(
            input, .peer, decode: { try ReplicaNotice.decode($0) }, encode: { $0.encode(into: &$1) }, equal: ==)
    } seeds: {
        try Samples.notices.map { notice in try Check.content(.peer) { notice.encode(into: &$0) } }
    }
}
