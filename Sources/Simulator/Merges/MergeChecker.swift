import Host
import Keyspace
import Raft
import Storage
import Wire

/// What merges have come to, as the logs say it (I30): which shards are frozen from where to where, and how each merge
/// ended.
struct MergeChecker {
    /// How a merge ended.
    enum End { case absorbed, aborted }

    struct Merge: Hashable {
        var left: ShardID
        var number: UInt64
    }

    /// The entries between which a shard takes nothing.
    private struct Winter {
        var merge: Merge
        var position: LogPosition
        var end: LogIndex?
    }

    private var winters: [ShardID: [Winter]] = [:]
    private var ends: [Merge: End] = [:]
    private(set) var absorbed: Set<ShardID> = []

    /// Whether the shard takes nothing at this entry.
    func isFrozen(_ shard: ShardID, at index: LogIndex) -> Bool {
        winters[shard]?.contains { $0.position.index < index && $0.end.map { index < $0 } ?? true } ?? false
    }

    mutating func freezes(_ shard: ShardID, _ merge: Merge, at position: LogPosition) {
        guard winters[shard]?.contains(where: { $0.position == position }) != true else { return }
        winters[shard, default: []].append(Winter(merge: merge, position: position))
    }

    /// What is wrong with the end of a freeze.
    mutating func thaws(_ shard: ShardID, _ merge: Merge, at index: LogIndex) -> String? {
        guard let position = winters[shard]?.lastIndex(where: { $0.merge == merge && $0.position.index < index })
        else { return "is unfrozen and was not frozen" }
        winters[shard]?[position].end = index
        return ends[merge] == .absorbed ? "is unfrozen and was absorbed" : nil
    }

    /// What is wrong with the end of a merge without effect.
    mutating func aborts(_ merge: Merge) -> String? {
        if ends[merge] == .absorbed { return "is aborted and was carried out" }
        ends[merge] = .aborted
        return nil
    }

    /// What is wrong with the end of a merge that takes effect for the first time.
    mutating func absorbs(_ merge: Merge, _ absorb: MergeCommand.Absorb) -> String? {
        if ends[merge] == .aborted { return "is carried out and was aborted" }
        ends[merge] = .absorbed
        absorbed.insert(absorb.right.shard)
        let isFrozen = winters[absorb.right.shard]?.contains {
            $0.merge == merge && $0.position == absorb.frozen && $0.end == nil
        }
        return isFrozen == true ? nil : "absorbs a shard that is not frozen at \(absorb.frozen)"
    }
}
