internal import Placement
package import Raft

extension Controller {
    /// What is still to be done, for simulations and people; nil when everything is as the rules want it, as far as
    /// nodes have reported.
    package func unrest(now: Instant) -> String? {
        guard !needsRows, isSettled(now: now) else { return "the rows or the nodes are not known yet" }
        guard waiting.isEmpty, inFlight.isEmpty, askers.isEmpty else { return "rows are being written" }
        if let running = view.operators.first {
            let refusal = drives[running.planned.shard]?.refusal ?? "under way"
            return "\(running.planned): \(refusal)"
        }
        var scheduler = scheduler
        let plan = scheduler.plan(view, now: now)
        if let planned = plan.operators.first { return "\(planned) is due" }
        return nil
    }
}
