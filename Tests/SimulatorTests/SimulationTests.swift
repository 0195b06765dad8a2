import Simulator
import Testing

/// Whole simulations, short: the long ones are run by `dshard simulate`, built for release.
@Suite struct SimulationTests {
    private func options(_ seed: UInt64, nodes: Int = 3, milliseconds: Int = 4_000) -> SimulationOptions {
        SimulationOptions(seed: seed, nodes: nodes, shards: 3, milliseconds: milliseconds, clients: 8)
    }

    @Test("a seed holds", arguments: UInt64(1)...12)
    func holds(seed: UInt64) {
        let report = Simulation.run(options(seed, nodes: seed.isMultiple(of: 3) ? 5 : 3))
        #expect(report.failure == nil)
        #expect(report.operations > 40)
    }

    @Test("a single node serves and recovers")
    func singleNode() {
        let report = Simulation.run(options(7, nodes: 1))
        #expect(report.failure == nil)
    }

    @Test("the same seed is the same story, another one is another")
    func repeats() {
        let hashes = (0..<3).map { _ in Simulation.run(options(5)).traceHash }
        #expect(Set(hashes).count == 1)
        #expect(Simulation.run(options(6)).traceHash != hashes[0])
    }

    @Test("faults that are not allowed do not happen")
    func allowedFaults() {
        var options = options(9)
        options.faults = [.crash, .cut]
        let report = Simulation.run(options)
        #expect(report.failure == nil)
        #expect(report.faults.allSatisfy { $0.kind == .crash || $0.kind == .cut })
    }

    @Test("a machine may lose power before any disk operation, whatever is lost")
    func crashPoints() {
        var story = options(1, milliseconds: 60)
        story.faults = []
        let points = CrashPoint.all(of: story)
        #expect(points.count > 100)
        for point in points[...24] + points.suffix(8) {
            let report = Simulation.run(point)
            #expect(report.failure == nil, "\(String(describing: point.crashPoint))")
        }
    }

    @Test("a calm cluster serves everything that is asked of it")
    func calm() {
        var options = options(3)
        options.faults = []
        let report = Simulation.run(options)
        #expect(report.failure == nil)
        #expect(report.faults.isEmpty)
        // 200 a second for 4 s, and both phases that check.
        #expect(report.operations > 600)
        #expect(report.probes[.unknownOutcome] == 0)
    }
}
