import Keyspace
import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// The rows of the system shard: any input as each of their values, and as a key.
    static let systemRow = FuzzTarget(name: "system-row") { input in
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeNode($0) }, encode: { SystemRow.encode($0) }, equal: ==)
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeDescriptor($0) }, encode: { SystemRow.encode($0) },
            equal: ==)
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeCounter($0) },
            encode: { SystemRow.encode(counter: $0) }, equal: ==)
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeOperator($0) }, encode: { SystemRow.encode($0) },
            equal: ==)
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeDuty($0) }, encode: { SystemRow.encode(duty: $0) },
            equal: ==)
        Check.recode(
            input, isExact: true, decode: { try SystemRow.decodeReplication($0) },
            encode: { SystemRow.encode(replication: $0) }, equal: ==)
        let key = Key(Array(input.readableBytesView))
        if let node = SystemRow.node(of: key) {
            Check.that(SystemRow.node(of: SystemRow.key(of: node)) == node, "a node's key is not its own")
        }
        if let start = SystemRow.shardStart(of: key) {
            Check.that(SystemRow.key(ofShardAt: start) == key, "a shard's key is not its own")
        }
    } seeds: {
        let record = NodeRecord(address: "h:1", incarnation: 2, labels: ["rack": "r1", "zone": "a", "é": "é"])
        return [
            SystemRow.encode(record), SystemRow.encode(Samples.descriptor), SystemRow.encode(counter: 7),
            ByteBuffer(bytes: SystemRow.key(of: Samples.member.node).bytes),
            ByteBuffer(bytes: SystemRow.key(ofShardAt: Samples.descriptor.range.start).bytes),
        ] + Samples.operators.map { SystemRow.encode($0) } + [SystemRow.encode(duty: .draining)]
    }
}
