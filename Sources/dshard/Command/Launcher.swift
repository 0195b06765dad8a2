import ArgumentParser
import Foundation

/// Runs one command line and ends the process with its status.
enum Launcher {
    static func run(_ arguments: [String]) async -> Never {
        // A reader that goes away is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        for variable in Settings.process.unknownVariables(knownFlags: KnownFlags.all) {
            OpenFile.standardError.say("warning: \(variable) is no setting of dshard; it is ignored\n")
        }
        let status = await status(of: arguments)
        exit(status.rawValue)
    }

    /// Parses and runs; says on stderr what went wrong.
    private static func status(of arguments: [String]) async -> CommandStatus {
        do {
            var command = try await DShard.asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .done
        } catch {
            return report(error)
        }
    }

    private static func report(_ error: any Error) -> CommandStatus {
        let code = DShard.exitCode(for: error)
        if isOurs(error) || (code != .success && code != .validationFailure) {
            guard let failure = CommandFailure(error) else { return .done }
            if let line = failure.line { OpenFile.standardError.say(line + "\n") }
            return failure.status
        }
        guard code == .success else {
            OpenFile.standardError.say(usageLine(DShard.fullMessage(for: error)) + "\n")
            return .usage
        }
        // Help and version are answers, not errors.
        try? OpenFile.standardOutput.write(Array((DShard.fullMessage(for: error) + "\n").utf8))
        return .done
    }

    private static func isOurs(_ error: any Error) -> Bool {
        error is CommandFailure || error is OpenFile.Failure
    }

    /// The parser's message as one line: what is wrong, and which help to read.
    static func usageLine(_ message: String) -> String {
        let lines = message.split(separator: "\n").map { String($0).trimmed }
        let problem = lines.first.map { $0.hasPrefix("Error: ") ? String($0.dropFirst(7)) : $0 } ?? "wrong usage"
        let hint = lines.last { $0.hasPrefix("See '") }
        guard let hint else { return "error: " + problem }
        let advice = hint.replacing("See '", with: "see '").replacing(" for more information.", with: "")
        return "error: \(problem); \(advice)"
    }
}

extension Settings {
    /// What this process was given.
    static let process = Settings(environment: ProcessInfo.processInfo.environment)
}
