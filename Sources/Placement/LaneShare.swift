/// How much of one lane's time something takes.
package struct LaneShare: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// In thousandths of a lane; the shards of several lanes together pass 1,000.
    package var perMille: Int

    package init(perMille: Int) { self.perMille = perMille }

    /// From hundredths. For constants and checked values.
    package static func percent(_ count: Int) -> LaneShare { LaneShare(perMille: count * 10) }

    /// Nothing keeps more lanes busy: figures come from other nodes, and sums of them must not trap here.
    static let most = LaneShare(perMille: 1_000_000)

    /// None of it.
    package static let zero = LaneShare(perMille: 0)

    package static func < (a: LaneShare, b: LaneShare) -> Bool { a.perMille < b.perMille }

    package var description: String { "\(perMille / 10).\(perMille % 10) %" }
}
