/// How the process ends: scripts branch on these numbers, so they never change meaning.
enum CommandStatus: Int32, Sendable {
    case done = 0
    /// Refused or failed; nothing changed, or what did is said in the message.
    case failed = 1
    /// A history was to be judged, and there is no verdict: it cannot be read, or it is too hard.
    case undecided = 2
    /// The key, or the thing asked for, is not there.
    case absent = 4
    /// The condition of a compare-and-set was false.
    case conditionFalse = 5
    /// A write was sent and its outcome is not known.
    case outcomeUnknown = 6
    /// No node, or no quorum, could be reached.
    case unreachable = 7
    /// The command line, an environment variable or the config file is wrong.
    case usage = 64
}
