/// Why a command ends with something else than success, and with which status.
struct CommandFailure: Error, Equatable, Sendable {
    var status: CommandStatus
    /// One line that says what to do; nil when the status alone is the answer.
    var message: String?

    init(_ status: CommandStatus, _ message: String?) {
        self.status = status
        self.message = message
    }

    /// A mistake in what the user wrote.
    static func usage(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }

    /// What the user wrote can be read, but cannot be done.
    static func refused(_ message: String) -> CommandFailure { CommandFailure(.failed, message) }

    /// What to print on stderr, folded to one line: a message may quote what came from outside.
    var line: String? {
        message.map { text in
            "error: " + text.split(whereSeparator: \.isNewline).joined(separator: " ")
        }
    }
}
