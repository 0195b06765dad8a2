/// A cluster of real processes on this machine, for the length of one test.
package final class ClusterProcess {
    /// The nodes in the order of their numbers.
    package let nodes: [NodeProcess]
    private let folder: TemporaryFolder

    private init(count: Int, splitAt borders: [String], arguments further: [String]) throws {
        let folder = try TemporaryFolder("dshard-cluster")
        let ports = (0..<count).map { _ in (FreePorts.next(), FreePorts.next()) }
        let list = ports.map { "127.0.0.1:\($0.0)" }.joined(separator: ",")
        var arguments = ["--initial-cluster", list] + further
        if !borders.isEmpty { arguments += ["--split-at", borders.joined(separator: ",")] }
        nodes = ports.enumerated().map { index, port in
            NodeProcess(
                number: index + 1, port: port.0, httpPort: port.1, folder: folder.path("node\(index + 1)"),
                arguments: arguments)
        }
        self.folder = folder
    }

    /// Runs `body` with a cluster that is ready; whatever happens, no process outlives the call. `borders` are the
    /// first shards' borders in text form, `arguments` further ones of `serve`.
    package static func with(
        nodes count: Int = 3, splitAt borders: [String] = [], arguments: [String] = [],
        _ body: (ClusterProcess) async throws -> Void
    ) async throws {
        let cluster = try ClusterProcess(count: count, splitAt: borders, arguments: arguments)
        do {
            try await cluster.startAll()
            try await body(cluster)
        } catch {
            await cluster.killAll()
            throw error
        }
        await cluster.killAll()
    }

    /// The commands, sent to all nodes.
    package var tool: CommandLineTool {
        CommandLineTool(endpoints: nodes.map(\.address).joined(separator: ","))
    }

    /// A path for a file of the test; it goes away with the cluster.
    package func path(_ name: String) -> String { folder.path(name) }

    /// Starts every node that does not run, and returns when all are ready.
    package func startAll() async throws {
        let stopped = nodes.filter { !$0.isRunning }
        for node in stopped { try node.launch() }
        for node in stopped { _ = try await node.ready() }
    }

    /// A node that is not running yet and has no data: for one that joins. It is the caller's to end.
    package func newNode(_ number: Int, arguments: [String] = []) -> NodeProcess {
        NodeProcess(
            number: number, port: FreePorts.next(), httpPort: FreePorts.next(), folder: path("node\(number)"),
            arguments: ["--join", nodes.map(\.address).joined(separator: ",")] + arguments)
    }

    /// The node that leads the most shards.
    package func mostLeaders() async throws -> NodeProcess {
        let answer = try await tool("admin", "nodes", "--output", "json")
        let rows = try JSONObject(answer.text).array ?? []
        let busiest = rows.max { ($0["leaders"].int ?? 0) < ($1["leaders"].int ?? 0) }
        guard let busiest, let leaders = busiest["leaders"].int, leaders > 0,
            let node = nodes.first(where: { $0.address == busiest["address"].string })
        else { throw Connection.Failure(description: "nobody leads: \(answer.text)\(answer.errors)") }
        return node
    }

    /// Kills every node at once.
    package func killAll() async {
        // All signals first: no node shall see another one go.
        for node in nodes { node.signal(9) }
        for node in nodes { await node.kill9() }
    }
}
