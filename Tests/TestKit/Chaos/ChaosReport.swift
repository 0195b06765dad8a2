/// What a run of chaos did and found.
package struct ChaosReport: Sendable {
    /// How often each kind of fault was there.
    package var faults: [ChaosKind: Int] = [:]
    /// Processes that were killed or lost power.
    package var kills = 0
    /// Changes of files that power losses took.
    package var lostChanges = 0
    /// Operations in all histories.
    package var operations = 0
    /// Writes that were acknowledged.
    package var acknowledged = 0
    /// Operations of which the clients know nothing.
    package var unknown = 0
    /// Operations that were refused, or of which nothing is known.
    package var errors = 0
    /// The longest time without an answer, in milliseconds.
    package var longestPause = 0.0
    /// The longest time until all nodes were ready, from the end of a fault, in milliseconds.
    package var longestRecovery = 0.0
    /// Rows that are there at the end, the same on every node.
    package var rows = 0
    /// What clients were told when something failed, and in how many runs.
    package var complaints: [String: Int] = [:]
    /// What was asked of the shards, and granted; nil: they were left alone.
    package var churn: ShardChurn.Tally?
    /// What must not be; empty: all is well.
    package var problems: [String] = []

    /// One screen.
    package var text: String {
        let counts = ChaosKind.allCases.compactMap { kind in faults[kind].map { "\(kind.rawValue) \($0)" } }
        var lines = [
            "faults: \(counts.joined(separator: ", "))",
            "\(kills) processes killed, \(lostChanges) unsynced changes of files lost",
            "\(operations) operations, \(acknowledged) acknowledged writes, \(errors) errors, \(unknown) unknown",
            "longest pause \(Int(longestPause)) ms, longest recovery \(Int(longestRecovery)) ms",
            "\(rows) rows at the end",
        ]
        if let churn {
            let wishes = ShardChurn.Wish.allCases.compactMap { wish in
                churn.asked[wish].map { "\(wish.rawValue) \(churn.granted[wish] ?? 0) of \($0)" }
            }
            lines.append("granted: \(wishes.joined(separator: ", "))")
        }
        lines += complaints.sorted { $0.key < $1.key }.map { "told to clients in \($0.value) runs: \($0.key)" }
        lines += problems.map { "PROBLEM: \($0)" }
        if problems.isEmpty { lines.append("all well: nothing lost, linearizable, replicas equal, nobody suspect") }
        return lines.joined(separator: "\n")
    }
}
