import ArgumentParser
import DShardClient
import Raft
import Wire

/// Takes the leaderships away from a node.
struct AdminDrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Let other nodes lead what a node leads, and keep it so; its replicas stay.",
        discussion: """
            For the time of a maintenance. Waits until the node leads nothing. undrain takes it back.
            Example: dshard admin drain 2
            """)

    @OptionGroup var options: DutyOptions

    @Argument(help: "The node's number.")
    var node: String

    func run() async throws {
        let node = try ChangeOptions.node(node, "NODE")
        try await options.run(.setDuty(node, .draining), of: node, state: "drained") { client in
            try await DutyWait(client: client, node: node, counts: { $0.leaders }, name: "leaderships").end()
        }
    }
}

/// Takes a node back into service.
struct AdminUndrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undrain",
        abstract: "Take a drained node, or one that is being decommissioned, back into service.",
        discussion: "Example: dshard admin undrain 2")

    @OptionGroup var options: DutyOptions

    @Argument(help: "The node's number.")
    var node: String

    func run() async throws {
        let node = try ChangeOptions.node(node, "NODE")
        try await options.run(.setDuty(node, .serving), of: node, state: "in service") { _ in }
    }
}

/// Empties a node for good.
struct AdminDecommission: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decommission",
        abstract: "Move everything away from a node, which can then be stopped for good.",
        discussion: """
            Waits until the node has no replica. Refused, and nothing changed, when the other nodes are too few for \
            the replication factor. undrain calls it back.
            Example: dshard admin decommission 2
            """)

    @OptionGroup var options: DutyOptions

    @Argument(help: "The node's number.")
    var node: String

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        let node = try ChangeOptions.node(node, "NODE")
        if try !Settings.process.isOn(yes, "yes"), OpenFile.standardInput.isTerminal {
            OpenFile.standardError.say("move everything away from node \(node) for good? [y/N] ")
            guard readLine()?.lowercased().hasPrefix("y") ?? false else {
                throw CommandFailure.refused("nothing was changed")
            }
        }
        try await options.run(.setDuty(node, .decommissioning), of: node, state: "decommissioned") { client in
            try await DutyWait(client: client, node: node, counts: { $0.replicas }, name: "replicas").end()
        }
    }
}

/// What commands take that change what a node is to do.
struct DutyOptions: ParsableArguments {
    @OptionGroup var admin: AdminOptions

    @Flag(help: "Return as soon as it is recorded.")
    var noWait = false
}

extension DutyOptions {
    /// Has the duty recorded, waits for what follows unless that is not wanted, and prints `state`.
    func run(
        _ request: PlacementRequest, of node: NodeID, state: String, _ wait: (DShardClient) async throws -> Void
    ) async throws {
        let settings = Settings.process
        let format = try settings.value(admin.output, "output", default: OutputFormat.table)
        let isWaiting = try !settings.isOn(noWait, "no-wait")
        try await admin.client.withClient(settings) { client in
            _ = try await ChangeOptions.accepted(request, client)
            if isWaiting { try await ChangeOptions.follow { try await wait(client) } }
        }
        let reached = isWaiting ? state : "recorded"
        guard format == .json else { return try ChangeOptions.print("node \(node): \(reached)") }
        var json = JSONText()
        json.beginObject()
        json.field("node", node.rawValue)
        json.field("state", reached)
        json.endObject()
        try ChangeOptions.print(json.text)
    }
}
