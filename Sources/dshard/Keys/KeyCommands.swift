import ArgumentParser

/// Reads and writes keys.
struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kv",
        abstract: "Read and write keys.",
        discussion: """
            Keys and values are bytes. In text, a backslash is \\\\ and any byte is \\xNN; dump writes TAB, newline, \
            control bytes and what is not UTF-8 that way. After --, an argument may begin with a dash.

            Example: dshard kv put greeting hello && dshard kv get greeting
            """,
        subcommands: [
            KeyPut.self, KeyGet.self, KeyDelete.self, KeyCompareAndSet.self, KeyScan.self, KeyLoad.self, KeyDump.self,
        ])
}
