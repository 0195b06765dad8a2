/// A leader's time in office; grows by one at each campaign.
package struct Term: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first campaign.
    package static let zero = Term(0)

    /// The next term. Saturates: a peer that claims the last term must not trap this process.
    package var next: Term { Term(rawValue == .max ? .max : rawValue + 1) }

    package static func < (a: Term, b: Term) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}

/// A position in one shard's log; the first entry is 1, zero means "before the log".
package struct LogIndex: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first entry.
    package static let zero = LogIndex(0)

    /// The following position; saturates at the end of the number line.
    package var next: LogIndex { LogIndex(rawValue == .max ? .max : rawValue + 1) }

    /// The preceding position; zero stays zero.
    package var previous: LogIndex { LogIndex(rawValue == 0 ? 0 : rawValue - 1) }

    /// How many positions `self` lies behind `later`; zero when it is not behind.
    package func distance(to later: LogIndex) -> UInt64 {
        later.rawValue > rawValue ? later.rawValue - rawValue : 0
    }

    /// The position `count` further; saturates.
    package func advanced(by count: UInt64) -> LogIndex {
        let (sum, overflow) = rawValue.addingReportingOverflow(count)
        return LogIndex(overflow ? .max : sum)
    }

    package static func < (a: LogIndex, b: LogIndex) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}

/// A key range and its Raft group, for as long as the cluster lives; never reused.
package struct ShardID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (a: ShardID, b: ShardID) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}

/// One copy of a shard; never reused within the shard, so a replica that comes back is a new one.
package struct ReplicaID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// The id after this one; saturates.
    package var next: ReplicaID { ReplicaID(rawValue == .max ? .max : rawValue + 1) }

    package static func < (a: ReplicaID, b: ReplicaID) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}

/// One member process of the cluster; ids start at 1.
package struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (a: NodeID, b: NodeID) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}
