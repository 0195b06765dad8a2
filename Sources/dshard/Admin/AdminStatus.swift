import ArgumentParser

/// Everything on one screen.
struct AdminStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show nodes, shards, leaders, health, and what is wrong or running, on one screen.",
        discussion: "Example: dshard admin status")

    @OptionGroup var options: AdminOptions

    func run() async throws {
        try await options.show(table: { $0.text }, json: { $0.json })
    }
}
