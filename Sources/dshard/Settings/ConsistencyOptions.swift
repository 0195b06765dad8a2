import ArgumentParser
import DShardClient

/// How old a read's answer may be.
struct ConsistencyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            linearizable: from the leader; follower: as fresh, from any replica; stale: as old as --max-staleness. \
            (default: linearizable)
            """,
            valueName: "level"))
    var consistency: String?

    @Option(help: ArgumentHelp("The age that a stale read accepts. (default: 5s)", valueName: "time"))
    var maxStaleness: String?

    /// The words of the flag.
    enum Level: String, SettingChoice { case linearizable, follower, stale }
}

extension ConsistencyOptions {
    /// The consistency that wins. An age with another level is a contradiction on the command line only: a variable
    /// may be there for other commands.
    func resolved(_ settings: Settings) throws(CommandFailure) -> Consistency {
        let level = try settings.value(consistency, "consistency", default: Level.linearizable)
        guard level == .stale || maxStaleness == nil else {
            throw .usage("--max-staleness needs --consistency stale")
        }
        switch level {
        case .linearizable: return .linearizable
        case .follower: return .follower
        case .stale:
            let age = try settings.value(maxStaleness, "max-staleness", default: TimeSpan(.seconds(5)))
            return .stale(atMost: age.duration)
        }
    }
}
