internal import Keyspace
package import Raft
package import Wire

/// What a node has told the placement leader of the shards it leads, so that it repeats only what has changed; and all
/// of it now and then, since reports may be lost with their connection.
package struct ReportDiary: Sendable {
    /// To whom: another one knows nothing of what the last one was told.
    private var reader: (node: NodeID, term: Term)?
    private var told: [ShardID: Entry] = [:]
    private var round: UInt64 = 0

    private struct Entry: Sendable {
        var shard: PlacementReport.LedShard
        var round: UInt64
    }

    /// Answered calls after which a shard is told of again although nothing has changed.
    private static let roundsMax: UInt64 = 32

    package init() {}

    /// Of the shards that the node leads, those that the caller has to hear of.
    package mutating func news(
        of shards: [PlacementReport.LedShard], for node: NodeID, term: Term, isForAll: Bool
    ) -> [PlacementReport.LedShard] {
        round &+= 1
        if isForAll || reader?.node != node || reader?.term != term { told = [:] }
        reader = (node, term)
        var kept: [ShardID: Entry] = [:]
        kept.reserveCapacity(shards.count)
        var news: [PlacementReport.LedShard] = []
        for shard in shards {
            let id = shard.descriptor.shard
            if let entry = told[id], entry.shard == shard, round &- entry.round < Self.roundsMax {
                kept[id] = entry
                continue
            }
            // The first time they are spread over the rounds to come, so that they are not repeated all at once.
            let start = told[id] == nil ? round &- id.rawValue % (Self.roundsMax / 2) : round
            kept[id] = Entry(shard: shard, round: start)
            news.append(shard)
        }
        told = kept
        return news
    }

    /// Cuts a report into frames that nothing has to wait for.
    package static func frames(
        term: Term, node: PlacementReport.NodeFigures, shards: [PlacementReport.LedShard]
    ) -> [PlacementReport] {
        var frames: [PlacementReport] = []
        var current = PlacementReport(term: term, node: node)
        var bytes = 0
        for shard in shards {
            let size = shard.encodedBytesMax
            let isFull = bytes + size > PlacementReport.frameBytesMax
            if !current.shards.isEmpty, isFull || current.shards.count >= PlacementReport.shardsMax {
                frames.append(current)
                current.shards = []
                bytes = 0
            }
            current.shards.append(shard)
            bytes += size
        }
        return frames + [current]
    }
}
