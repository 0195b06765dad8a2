import Simulator

/// Runs the simulations of a plan, as many at a time as it says, and takes their reports in the order of the seeds.
struct SimulateRun: Sendable {
    let plan: SimulatePlan

    func run() async -> SimulateReport {
        let clock = ContinuousClock()
        let began = clock.now
        var report = SimulateReport(plan: plan)
        var nextSaid = began + .seconds(5)
        await withTaskGroup(of: (position: Int, report: SimulationReport).self) { group in
            var next = 0
            var early: [Int: SimulationReport] = [:]
            var expected = 0
            while next < min(plan.jobs, plan.count) {
                add(next, to: &group)
                next += 1
            }
            while let finished = await group.next() {
                if next < plan.count {
                    add(next, to: &group)
                    next += 1
                }
                // In the order of the seeds, so that the joint hash does not depend on who is first.
                early[finished.position] = finished.report
                while let due = early.removeValue(forKey: expected) {
                    report.add(due, of: plan.options(at: expected))
                    expected += 1
                    if due.failure != nil { SimulateRun.say("seed \(due.seed) failed", report, clock.now - began) }
                }
                if clock.now >= nextSaid {
                    nextSaid = clock.now + .seconds(5)
                    SimulateRun.say(nil, report, clock.now - began)
                }
            }
        }
        report.took = clock.now - began
        if plan.shrinks, plan.crashPoints == nil { report.shrinkFailures() }
        return report
    }

    private func add(_ position: Int, to group: inout TaskGroup<(position: Int, report: SimulationReport)>) {
        let options = plan.options(at: position)
        group.addTask { (position, Simulation.run(options)) }
    }

    private static func say(_ event: String?, _ report: SimulateReport, _ took: Duration) {
        let seconds = took.components.seconds
        let text = event.map { $0 + "; " } ?? ""
        OpenFile.standardError.say(
            "\(seconds) s: \(text)\(report.done) of \(report.plan.count) seeds, \(report.failures.count) failed\n")
    }
}
