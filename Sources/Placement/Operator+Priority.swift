extension Operator {
    /// What is planned first when not everything can be. Do not reorder without reading ``Scheduler``: it plans in
    /// this order.
    package enum Priority: Int, Comparable, Sendable, CaseIterable, CustomStringConvertible {
        /// Two small quiet neighbours become one.
        case merge
        /// Counts and bytes of nodes are evened out.
        case balance
        /// The work of leaders is evened out.
        case load
        /// A shard is too large or too busy.
        case split
        /// An administrator asked for it.
        case manual
        /// Replicas stand where they fail together.
        case labels
        /// What an operator left behind, or voters that are too many.
        case tidying
        /// A node is to be emptied.
        case evacuation
        /// A voter is dead, suspect or missing.
        case repair
        /// The same, and one more loss would leave the shard without a quorum.
        case atRisk

        package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

        package var description: String {
            switch self {
            case .merge: "merge"
            case .balance: "balance"
            case .load: "load"
            case .split: "split"
            case .manual: "manual"
            case .labels: "labels"
            case .tidying: "tidying"
            case .evacuation: "evacuation"
            case .repair: "repair"
            case .atRisk: "at risk"
            }
        }
    }
}
