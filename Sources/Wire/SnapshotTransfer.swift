/// Names one stream of a snapshot between two nodes; drawn by the sender and never used again by it.
package struct SnapshotTransfer: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package static func < (a: SnapshotTransfer, b: SnapshotTransfer) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue, radix: 16) }
}
