import Keyspace
package import Raft
import Storage
package import Wire

/// What a client is told whose idea of a shard is old: enough to find its keys without asking again.
extension Host {
    /// More shards than one has become between two looks of a client.
    private static let partsMax = 16
    /// Bytes of the bounds of all parts but the first: a refusal goes to everybody who waits for the shard.
    private static let partsBytesMax = 4_096

    /// The refusal of a request that was routed by `version` of the shard in this slot.
    func mismatch(_ slot: Int, since version: UInt64) -> RequestError {
        var parts = [replicas[slot].descriptor]
        var end = parts[0].range.end
        var bytes = 0
        // What was split off since then begins where the shard ends now, and is of a later version; so may a neighbour
        // be that always was one, which does no harm.
        while parts.count < Self.partsMax, let next = replica(startingAt: end), next.epoch.version > version {
            bytes += next.range.start.bytes.count + next.range.end.bytes.count
            guard bytes <= Self.partsBytesMax else { break }
            parts.append(next)
            end = next.range.end
        }
        return .epochMismatch(parts)
    }

    /// The same for a shard that may not be here any more.
    package func mismatch(of shard: ShardID, since version: UInt64) -> RequestError {
        slots[shard].map { mismatch($0, since: version) } ?? absence(of: shard, since: version)
    }

    /// What to do about a shard that is not served here. Whoever means one that was absorbed is told of the whole, so
    /// that its keys are found in one step (rule 35).
    func absence(of shard: ShardID, since version: UInt64) -> RequestError {
        if let suspect = suspects.first(where: { $0.name.shard == shard }) {
            return .unavailable("the shard's replica on this node is out of service: \(suspect.reason)")
        }
        guard let slot = absorber(of: shard) else { return .epochMismatch([]) }
        return isDeparting(shard) ? .frozen : mismatch(slot, since: version)
    }

    private func replica(startingAt key: Key) -> Descriptor? {
        starts[key].map { replicas[$0].descriptor }
    }
}
