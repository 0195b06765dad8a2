package import Foundation

/// Runs `dshard` commands against some nodes.
package struct CommandLineTool: Sendable {
    /// What a command left behind.
    package struct Result: Sendable {
        /// How it ended.
        package var status: ProcessOutcome
        /// All of standard output.
        package var output: Data
        /// All of standard error.
        package var errors: String

        /// Standard output as text.
        package var text: String { String(decoding: output, as: UTF8.self) }

        /// The last line of standard output that is not empty.
        package var lastLine: String { text.split(separator: "\n").last.map(String.init) ?? "" }
    }

    /// `host:port` of each node, separated by commas.
    package var endpoints: String

    /// The tool for these nodes.
    package init(endpoints: String) { self.endpoints = endpoints }

    /// Runs `dshard` with `arguments`, and waits for its end. Standard input is the file at `input`, or nothing.
    package func run(_ arguments: [String], input: String? = nil) async throws -> Result {
        let folder = try TemporaryFolder("dshard-command")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Executable.path)
        process.arguments = arguments
        process.environment = Executable.environment.merging(["DSHARD_ENDPOINTS": endpoints]) { $1 }
        // Files, not pipes: a command must not wait for this test to read what it says.
        let output = try Self.emptyFile(folder.path("output"))
        let errors = try Self.emptyFile(folder.path("errors"))
        process.standardInput =
            try input.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) }
            ?? FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        let signal = ExitSignal()
        process.terminationHandler = { signal.end($0.outcome) }
        try process.run()
        // The command has its own. Foundation keeps these for long, and goes wrong in a process with very many.
        try output.close()
        try errors.close()
        let status = await signal.wait()
        return Result(
            status: status, output: try Data(contentsOf: URL(fileURLWithPath: folder.path("output"))),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: folder.path("errors"))), as: UTF8.self))
    }

    /// The same with the arguments one by one.
    package func callAsFunction(_ arguments: String...) async throws -> Result { try await run(arguments) }

    private static func emptyFile(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(fileURLWithPath: path))
        return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    }
}

extension Process {
    /// How the process ended; only after it has.
    var outcome: ProcessOutcome {
        terminationReason == .exit ? .exited(terminationStatus) : .signalled(terminationStatus)
    }
}
