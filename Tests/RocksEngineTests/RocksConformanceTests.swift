import RocksEngine
import Storage
import StorageConformance
import Testing

/// RocksDB is held to the seams' contract on real files.
@Suite struct RocksConformanceTests {
    final class Subject: ConformanceSubject {
        private let folder: TemporaryFolder
        private var engine: RocksEngine?
        var log: any LogStore { current }
        var state: any StateStore { current }

        private var current: RocksEngine {
            guard let engine else { preconditionFailure("the store is between two starts") }
            return engine
        }

        init() throws {
            folder = try TemporaryFolder()
            engine = try Store.open(folder.path).engine
        }

        func restart() throws {
            try current.close()
            engine = nil
            let (next, verdict) = try Store.open(folder.path)
            try #require(verdict == .consistent)
            engine = next
        }
    }

    @Test(arguments: Conformance.checks)
    func holds(_ check: ConformanceCheck) throws {
        try check.run(Subject())
    }
}
