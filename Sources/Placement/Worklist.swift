/// What a survey found to be done, as positions of shards in their order, by urgency.
struct Worklist {
    /// A voter is gone or missing, and one more loss costs the quorum.
    var atRisk: [Int] = []
    /// A voter is gone or missing.
    var broken: [Int] = []
    /// A voter stands on a node that is decommissioned.
    var evacuating: [Int] = []
    /// Led by a node that is not to lead.
    var draining: [Int] = []
    /// A learner or a joint configuration without an operator, or too many voters.
    var untidy: [Int] = []
    /// Voters share a place that could be spared.
    var crowded: [Int] = []
    /// Due to be split, perhaps.
    var swollen: [Int] = []
    /// Left shards of neighbours that may merge, perhaps.
    var quiet: [Int] = []
    /// Splits that run or are planned.
    var splits = 0
    /// Merges that run or are planned.
    var merges = 0
    /// Something of the above that copies data waits for a place, so balance must not take one.
    var isWaiting = false
}
