import Foundation
import Testing

@testable import RocksEngine

/// What may take its time must not take the processors from those that somebody waits for.
@Suite struct ThreadUrgencyTests {
    @Test func compactionAlwaysRunsInTheBackground() throws {
        let folder = try TemporaryFolder()
        let store = try Store.open(folder.path)
        defer { withExtendedLifetime(store) {} }
        let compacting = try threads().filter { $0.name == "rocksdb:low" }
        #expect(!compacting.isEmpty)
        #expect(compacting.allSatisfy { $0.niceness == 10 })
        let flushing = try threads().filter { $0.name == "rocksdb:high" }
        #expect(!flushing.isEmpty)
        #expect(flushing.allSatisfy { $0.niceness < 10 })
    }

    /// Of this process, as the system shows them: "number (name) state …", and the niceness is the 19th field.
    private func threads() throws -> [(name: String, niceness: Int)] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").compactMap { number in
            // A thread may end while we look.
            guard let text = try? String(contentsOfFile: "/proc/self/task/\(number)/stat", encoding: .utf8),
                let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")")
            else { return nil }
            let fields = text[text.index(after: close)...].split(separator: " ")
            let niceness = try #require(Int(fields[16]))
            return (String(text[text.index(after: open)..<close]), niceness)
        }
    }
}
