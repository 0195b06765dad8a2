import Foundation
import Glibc

/// One real `dshard serve` and its data directory; it can be killed and started again on the same data.
package final class NodeProcess {
    /// A node that did not do what was expected, with the end of what it said.
    package struct Failure: Error, CustomStringConvertible {
        /// What happened, and the log's end.
        package let description: String
    }

    /// The node's number in the cluster, from 1.
    package let number: Int
    /// The port for clients and peers, as others are told.
    package let port: Int
    /// The port that the process listens on: another one when something stands between.
    package let listenPort: Int
    /// The port for HTTP.
    package let httpPort: Int
    /// Everything of this node: `data` and `log`.
    package let folder: String
    /// What `serve` is given beside its ports and its directory.
    package var arguments: [String]
    /// What the process finds in its environment beside the test's own.
    package var environment: [String: String]

    private var process: Process?
    private var keeper: Process?
    private var exit = ExitSignal()
    private var output: AsyncStream<Data>?
    private var outputEnd: AsyncStream<Data>.Continuation?

    /// A node that is not running yet.
    package init(
        number: Int, port: Int, listenPort: Int? = nil, httpPort: Int, folder: String, arguments: [String] = [],
        environment: [String: String] = [:]
    ) {
        self.number = number
        self.port = port
        self.listenPort = listenPort ?? port
        self.httpPort = httpPort
        self.folder = folder
        self.arguments = arguments
        self.environment = environment
    }

    deinit { process.map { _ = kill($0.processIdentifier, SIGKILL) } }

    /// `127.0.0.1:port`.
    package var address: String { "127.0.0.1:\(port)" }

    /// The data directory.
    package var dataDirectory: String { "\(folder)/data" }

    /// Everything the node has said on standard error, over all its lives.
    package var log: String {
        let data = try? Data(contentsOf: URL(fileURLWithPath: "\(folder)/log"))
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    /// Whether the process has been started and not ended since.
    package var isRunning: Bool { process != nil && exit.status == nil }
}

extension NodeProcess {
    /// Starts the process, which is then on its way but not ready. It must not be running.
    package func launch() throws {
        precondition(!isRunning, "node \(number) runs already")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Executable.path)
        process.arguments =
            ["serve", "--data-dir", dataDirectory, "--listen", "127.0.0.1:\(listenPort)", "--advertise", address]
            + ["--http", "127.0.0.1:\(httpPort)"] + arguments
        process.environment = Executable.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardError = try logFile()
        let pipe = Pipe()
        process.standardOutput = pipe
        let (stream, end) = AsyncStream.makeStream(of: Data.self)
        (output, outputEnd) = (stream, end)
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                end.finish()
            } else {
                end.yield(data)
            }
        }
        let signal = ExitSignal()
        process.terminationHandler = { signal.end($0.outcome) }
        try process.run()
        self.process = process
        exit = signal
        keeper = try Self.keeper(of: process.processIdentifier)
    }

    /// Returns the ready line when the node has printed it; throws when the process ends instead, or after 30 s.
    package func ready() async throws -> String {
        let deadline = Task { [outputEnd] in
            try await Task.sleep(for: .seconds(30))
            outputEnd?.finish()
        }
        defer { deadline.cancel() }
        var text = Data()
        for await data in output ?? AsyncStream(unfolding: { nil }) {
            text += data
            guard let end = text.firstIndex(of: UInt8(ascii: "\n")) else { continue }
            let line = String(decoding: text[..<end], as: UTF8.self)
            guard line.hasPrefix("ready: ") else { throw failure("said '\(line)' instead of being ready") }
            return line
        }
        throw failure(isRunning ? "runs but did not get ready (\(readiness))" : "ended before it was ready")
    }

    /// Launches, and returns when ready.
    package func start() async throws {
        try launch()
        _ = try await ready()
    }

    /// How the process ended; nil while it runs, and before it was started.
    package var outcome: ProcessOutcome? { exit.status }

    /// Sends a signal, such as SIGSTOP, to this process and no other.
    package func signal(_ signal: Int32) {
        guard let process, isRunning else { return }
        _ = kill(process.processIdentifier, signal)
    }

    /// Returns when the process has ended.
    package func ended() async -> ProcessOutcome {
        let status = await exit.wait()
        (keeper?.standardInput as? Pipe)?.fileHandleForWriting.write(Data("done\n".utf8))
        keeper = nil
        process = nil
        return status
    }

    /// Ends the process at once, as a power cut would, and returns when it is gone. A node that does not run stays so.
    package func kill9() async {
        guard process != nil else { return }
        signal(SIGKILL)
        _ = await ended()
    }

    /// Asks the process to end and returns how it did.
    package func terminate() async -> ProcessOutcome {
        signal(SIGTERM)
        return await ended()
    }

    /// What `/ready` says, for a failure's text.
    package var readiness: String {
        do {
            let answer = try HTTPAnswer.get(port: httpPort, "/ready")
            return "/ready is \(answer.status) \(answer.body)"
        } catch {
            return "/ready does not answer: \(error)"
        }
    }

    /// What is wrong with this node, with the end of its log.
    package func failure(_ what: String) -> Failure {
        let tail = log.split(separator: "\n").suffix(8).joined(separator: "\n")
        return Failure(description: "node \(number) \(what); its log ends:\n\(tail)")
    }

    private func logFile() throws -> FileHandle {
        let path = "\(folder)/log"
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(fileURLWithPath: path)) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }

    /// A process that ends the node if the test process disappears: it waits for a line that only `ended()` writes.
    private static func keeper(of pid: Int32) throws -> Process {
        let keeper = Process()
        keeper.executableURL = URL(fileURLWithPath: "/bin/sh")
        keeper.arguments = ["-c", "read line || kill -9 \(pid)"]
        keeper.standardInput = Pipe()
        keeper.standardOutput = FileHandle.nullDevice
        keeper.standardError = FileHandle.nullDevice
        try keeper.run()
        return keeper
    }
}
