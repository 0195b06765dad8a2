package import Raft

extension Operator {
    /// Why an operator was planned, with the figures it was based on; what `admin why` shows.
    package enum Reason: Hashable, Sendable {
        /// Fewer voters than the replication factor says.
        case voterMissing(has: Int, wanted: Int)
        /// Nothing was heard of the voter's node, or its shard's leader has not heard the voter.
        case replicaDead(Member, silentFor: Interval)
        /// The replica may have forgotten something.
        case replicaSuspect(Member)
        /// More voters than the replication factor says.
        case voterSurplus(has: Int, wanted: Int)
        /// A learner that no operator waits for.
        case learnerLeftOver(Member)
        /// A joint configuration that no operator waits for.
        case jointLeftOver
        /// The node is to leave the cluster.
        case decommissioning(NodeID)
        /// The node is to be stopped.
        case draining(NodeID)
        /// Two voters share a place that could be spared: as many pairs share a label before and after, by level.
        case crowded(pairsBefore: [Int], pairsAfter: [Int])
        /// The size calls for a split.
        case tooLarge(ByteCount, limit: ByteCount)
        /// The load calls for a split.
        case tooHot(LaneShare, operationsPerSecond: UInt64, lasted: Interval)
        /// One node's leaders work more than another's.
        case loadUneven(from: NodeFigure<LaneShare>, to: NodeFigure<LaneShare>)
        /// A node's disk fills up.
        case diskFilling(NodeFigure<ByteCount>, to: NodeFigure<ByteCount>)
        /// One node has more replicas than another.
        case replicasUneven(from: NodeFigure<Int>, to: NodeFigure<Int>)
        /// One node has more bytes than another, at even counts.
        case bytesUneven(from: NodeFigure<ByteCount>, to: NodeFigure<ByteCount>)
        /// One node leads more shards than another. The two are the ends of a chain of which this may be one link.
        case leadersUneven(from: NodeFigure<Int>, to: NodeFigure<Int>)
        /// Two neighbours are small and quiet.
        case smallAndQuiet(ByteCount, ByteCount, lasted: Interval)
        /// An administrator asked for it.
        case requested(ManualRequest)
        /// As an earlier placement leader gave it, in words: that is what rows keep.
        case recorded(String)
    }
}

extension Operator.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .voterMissing(let has, let wanted): "\(has) of \(wanted) voters"
        case .replicaDead(let member, let silence):
            "\(Operator.Action.text(member)) silent for \(silence.text)"
        case .replicaSuspect(let member): "\(Operator.Action.text(member)) may have forgotten something"
        case .voterSurplus(let has, let wanted): "\(has) voters where \(wanted) are wanted"
        case .learnerLeftOver(let member): "learner \(Operator.Action.text(member)) left over"
        case .jointLeftOver: "joint configuration left over"
        case .decommissioning(let node): "node \(node) is decommissioned"
        case .draining(let node): "node \(node) is drained"
        case .crowded(let before, let after): "pairs of voters in one place, by level: \(before) before, \(after) after"
        case .tooLarge(let bytes, let limit): "\(bytes), limit \(limit)"
        case .tooHot(let share, let operations, let lasted):
            "\(share) of a lane at \(operations) operations/s for \(lasted.text)"
        case .loadUneven(let from, let to): "load of \(from) and \(to)"
        case .diskFilling(let from, let to): "free space of \(from) and \(to)"
        case .replicasUneven(let from, let to): "replicas of \(from) and \(to)"
        case .bytesUneven(let from, let to): "bytes of \(from) and \(to)"
        case .leadersUneven(let from, let to): "leaders of \(from) and \(to)"
        case .smallAndQuiet(let left, let right, let lasted): "\(left) and \(right), quiet for \(lasted.text)"
        case .requested(let request): "requested: \(request)"
        case .recorded(let text): text
        }
    }
}
