import ArgumentParser
import DShardServer

/// The command line: parse, call, print.
@main
struct DShard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dshard",
        abstract: "A sharded, replicated, strongly consistent key-value store.",
        discussion: """
            Flags beat the environment (DSHARD_<FLAG>), which beats the config file of serve, which beats the default.
            Exit codes: 0 done, 1 refused or failed, 2 no verdict (verify), 4 absent, 5 condition false, 6 outcome \
            unknown, 7 no node or no quorum reachable, 64 usage.

            Example: dshard serve & dshard kv put greeting hello && dshard kv get greeting
            """,
        version: DShard.version,
        subcommands: [
            ServeCommand.self, KeyCommands.self, AdminCommands.self, BenchCommand.self, SimulateCommand.self,
            VerifyCommand.self,
        ])

    /// The release, as `--version` says it.
    static let version = "dshard " + Version.text

    static func main() async {
        await Launcher.run(Array(ArgumentText.process.dropFirst()))
    }
}
