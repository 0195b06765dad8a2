import Storage
import StorageConformance
import Testing

/// The in-memory engine is held to the seams' contract, so that what the simulator proves holds for RocksDB too.
@Suite struct MemoryConformanceTests {
    final class Subject: ConformanceSubject {
        private var engine = MemoryEngine()
        var log: any LogStore { engine }
        var state: any StateStore { engine }

        func restart() throws {
            let (next, verdict) = try engine.restart()
            try #require(verdict == .consistent)
            engine = next
        }
    }

    @Test(arguments: Conformance.checks)
    func holds(_ check: ConformanceCheck) throws {
        try check.run(Subject())
    }
}
