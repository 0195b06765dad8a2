import NIOCore
import Raft
import RocksEngine
import Storage

extension FuzzTarget {
    /// The files IDENTITY and SUSPECT, which people may have edited.
    static let directoryRecords = FuzzTarget(name: "directory-records") { input in
        let bytes = Array(input.readableBytesView)
        Check.recode(
            input, decode: { try Identity.decode(Array($0.readableBytesView), path: "IDENTITY") },
            encode: { ByteBuffer(string: $0.encode()) }, equal: ==)
        let suspicion = Suspicion.decode(bytes)
        let written = suspicion.encode()
        Check.that(suspicion.isEmpty == written.isEmpty, "nobody is suspect and the file is not empty")
        guard !written.isEmpty else { return }
        let again = Suspicion.decode(Array(written.utf8))
        Check.that(again.encode() == written, "a suspicion changes when it is written again")
        Check.that((again.node == nil) == (suspicion.node == nil), "a suspicion of the node is lost")
        Check.that(again.replicas.map(\.name) == suspicion.replicas.map(\.name), "a suspicion of a replica is lost")
    } seeds: {
        let identity = Identity(cluster: Samples.cluster, node: NodeID(3), incarnation: 7, createdBy: "dshard 1.0")
        var suspicion = Suspicion(node: "lost")
        suspicion.add(LogName(shard: ShardID(17), replica: ReplicaID(3)), reason: "why")
        return [ByteBuffer(string: identity.encode()), ByteBuffer(string: suspicion.encode())]
    }
}
