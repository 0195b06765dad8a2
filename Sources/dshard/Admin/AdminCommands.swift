import ArgumentParser

/// Looks at a cluster, and changes it.
struct AdminCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Look at a cluster, and change it.",
        discussion: "Example: dshard admin status --endpoints 127.0.0.1:7401",
        subcommands: [
            AdminStatus.self, AdminNodes.self, AdminShards.self, AdminShard.self, AdminSplit.self,
            AdminMerge.self,
            AdminMove.self, AdminTransfer.self, AdminDrain.self, AdminUndrain.self, AdminDecommission.self,
            AdminReplication.self, AdminOperators.self, AdminWhy.self, AdminCheck.self,
        ])
}
