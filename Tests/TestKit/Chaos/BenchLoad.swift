import Foundation
package import Linearizability
import Synchronization

/// `dshard bench` again and again, each run on keys of its own, with everything written down.
package final class BenchLoad: Sendable {
    /// One run: its history is in a file.
    package struct Run: Sendable {
        /// Its keys begin with this.
        package var prefix: String
        /// The history.
        package var file: String
        /// Operations that were refused, or of which nothing is known.
        package var errors: Int
        /// The longest time in which no operation ended well, in milliseconds.
        package var longestPause: Double

        /// What the clients were told when something failed, each once.
        package var complaints: [String]

        /// What the clients saw.
        package func history() throws -> History {
            try HistoryReader.parse(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        }
    }

    /// A run that ended otherwise than it may.
    package struct Failure: Error, CustomStringConvertible {
        /// How, and what it said.
        package let description: String
    }

    private let tool: CommandLineTool
    private let folder: String
    private let arguments: [String]
    private let isStopped = Atomic<Bool>(false)

    /// A load through `tool`; histories go to `folder`. `seconds` is how long one run takes; `rate`, operations a
    /// second, makes the load the same whatever the machine does beside it.
    package init(tool: CommandLineTool, folder: String, clients: Int = 16, seconds: Int = 10, rate: Int? = nil) {
        self.tool = tool
        self.folder = folder
        arguments =
            ["bench", "--workload", "mixed", "--clients", "\(clients)", "--keys", "300", "--value-size", "32"]
            + ["--duration", "\(seconds)s", "--warmup", "0s", "--output", "json"]
            + (rate.map { ["--rate", "\($0)"] } ?? [])
    }

    /// No further run is begun.
    package func stop() { isStopped.store(true, ordering: .relaxed) }

    /// Runs until `stop`; then the last run is finished.
    package func run() async throws -> [Run] {
        var runs: [Run] = []
        while !isStopped.load(ordering: .relaxed) {
            let file = "\(folder)/history\(runs.count)"
            let prefix = "run\(runs.count)-"
            let result = try await tool.run(arguments + ["--prefix", prefix, "--history", file])
            if result.status == .exited(7), !FileManager.default.fileExists(atPath: file) {
                // It began at a moment when nobody was there: nothing was sent.
                continue
            }
            // 7: nothing succeeded; what was sent may have happened nevertheless.
            guard [.exited(0), .exited(7)].contains(result.status) else {
                throw Failure(description: "bench: \(result.status), \(result.errors)")
            }
            let report = try? JSONObject(result.lastLine)
            runs.append(
                Run(
                    prefix: prefix, file: file, errors: report?["errors"].int ?? 1,
                    longestPause: report?["max_gap_ms"].double ?? 0,
                    complaints: result.errors.split(separator: "\n").map(String.init).filter {
                        $0.hasPrefix("a request")
                    }
                ))
        }
        return runs
    }
}
