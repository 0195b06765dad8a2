package import Raft

/// Decides what is to be done next with every shard of the cluster. A value: the same view, time and former passes give
/// the same plan.
///
/// ```
/// observe, update ──► ClusterView ──► plan(view, now) ──► Plan ──► ended: delete their rows
///                          ▲                                └────► operators: create their rows,
///                          └── begin, end, progress ◄──────────────  drive their steps
/// ```
package struct Scheduler: Sendable {
    /// What the operator of the cluster wants; counts from the next pass on.
    package var rules: PlacementRules
    /// Where the next pass goes on looking, per bucket of work: with more fruitless work than a pass looks at, every
    /// shard has its turn.
    private var cursors = Cursors()

    /// A scheduler that has made no pass yet.
    package init(rules: PlacementRules) {
        precondition(rules.limits.isConsistent, "the limits of placement contradict each other")
        self.rules = rules
    }

    /// One pass over everything.
    package mutating func plan(_ view: ClusterView, now: Instant) -> Plan {
        var pass = Pass(view: view, rules: rules, now: now, cursors: cursors)
        pass.run()
        cursors = pass.cursors
        return pass.plan
    }
}
