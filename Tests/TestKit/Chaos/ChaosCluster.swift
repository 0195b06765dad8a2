import Foundation

/// A cluster of real processes, with a network and disks that do what a test wants.
package final class ChaosCluster {
    /// In the order of their numbers.
    package let nodes: [NodeProcess]
    /// The disk of each node, in the same order.
    package let disks: [FaultyDisk]
    /// What lies between the nodes, and between clients and nodes.
    package let network: LinkProxies

    private init(count: Int, splitAt borders: [String], in folder: String, arguments: [String]) async throws {
        network = try LinkProxies()
        let ports = (0..<count).map { _ in FreePorts.next() }
        let list = ports.map { "127.0.0.1:\($0)" }.joined(separator: ",")
        var common = ["--initial-cluster", list, "--drain-timeout", "5s"] + arguments
        if !borders.isEmpty { common += ["--split-at", borders.joined(separator: ",")] }
        var nodes: [NodeProcess] = []
        var disks: [FaultyDisk] = []
        for (index, port) in ports.enumerated() {
            let home = "\(folder)/node\(index + 1)"
            let listenPort = FreePorts.next()
            try await network.listen(for: index + 1, on: port, forwardingTo: listenPort)
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            let disk = try FaultyDisk(root: "\(home)/data", state: "\(home)/disk")
            var environment = try disk.environment()
            // Nobody waits for a drawing of the stack.
            environment["SWIFT_BACKTRACE"] = "enable=no"
            disks.append(disk)
            nodes.append(
                NodeProcess(
                    number: index + 1, port: port, listenPort: listenPort, httpPort: FreePorts.next(), folder: home,
                    arguments: common, environment: environment))
        }
        self.nodes = nodes
        self.disks = disks
    }

    /// Runs `body` with a cluster that is ready, or without `isStarted` with one that has never run; whatever happens,
    /// no process outlives the call. `borders` are the first shards' borders in text form; `folder` is where everything
    /// is kept.
    package static func with(
        nodes count: Int, splitAt borders: [String] = [], in folder: String, arguments: [String] = [],
        isStarted: Bool = true, _ body: (ChaosCluster) async throws -> Void
    ) async throws {
        let cluster = try await ChaosCluster(count: count, splitAt: borders, in: folder, arguments: arguments)
        do {
            if isStarted { try await cluster.startAll() }
            try await body(cluster)
        } catch {
            await cluster.killAll()
            try await cluster.network.shutDown()
            throw error
        }
        await cluster.killAll()
        try await cluster.network.shutDown()
    }

    /// The commands, sent to all nodes.
    package var tool: CommandLineTool {
        CommandLineTool(endpoints: nodes.map(\.address).joined(separator: ","))
    }

    /// The node with this number.
    package func node(_ number: Int) -> NodeProcess { nodes[number - 1] }

    /// The disk of the node with this number.
    package func disk(_ number: Int) -> FaultyDisk { disks[number - 1] }

    /// Starts every node that does not run, and returns when all are ready.
    package func startAll() async throws {
        let stopped = nodes.filter { !$0.isRunning }
        for node in stopped { try node.launch() }
        for node in stopped { _ = try await node.ready() }
    }

    /// Kills some nodes at once, before any of them can see another one go.
    package func kill(_ numbers: [Int]) async {
        for number in numbers { node(number).signal(9) }
        for number in numbers { await node(number).kill9() }
    }

    /// Kills every node at once.
    package func killAll() async { await kill(nodes.map(\.number)) }

    /// Power goes off at some nodes at once; returns how many changes of files were lost.
    package func losePower(_ numbers: [Int], _ loss: PowerLoss) async throws -> Int {
        await kill(numbers)
        return try numbers.reduce(0) { sum, number in
            var own = loss
            own.seed = SeededGenerator.mix(loss.seed &+ UInt64(number))
            return try sum + disk(number).losePower(own).changes
        }
    }

    /// Nodes that say that they may have forgotten something.
    package var suspects: [Int] {
        nodes.filter { FileManager.default.fileExists(atPath: "\($0.dataDirectory)/SUSPECT") }.map(\.number)
    }

    /// Returns when `/ready` of every node says so; throws what is wrong after `seconds`. The answer is what the nodes
    /// said that were not ready at once, each answer once.
    @discardableResult
    package func becomesReady(within seconds: Int = 30) async throws -> [String] {
        let begin = ContinuousClock.now
        var said: [String] = []
        let deadline = ContinuousClock.now + .seconds(seconds)
        for node in nodes {
            while true {
                let readiness = node.readiness
                if readiness.hasPrefix("/ready is 200") { break }
                let line = "node \(node.number): \(readiness)"
                if said.last?.hasSuffix(line) != true { said.append("after \(ContinuousClock.now - begin): \(line)") }
                guard node.isRunning, ContinuousClock.now < deadline else { throw node.failure("is not ready again") }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        return said
    }
}
