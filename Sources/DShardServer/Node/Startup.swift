import Foundation
import Host
import Keyspace
import Logging
import NIOCore
import NIOPosix
import Raft
import RocksEngine
import Storage
import Transport
import Wire

/// Brings a node up: directory, listener, cluster, store, replicas, threads, in this order; each step refuses with
/// one line before it has changed anything that the next start would miss.
struct Startup: Sendable {
    let configuration: NodeConfiguration
    let telemetry: Telemetry
    /// This process: the number of the start in the upper half, random bits in the lower (see `Host.boot`).
    private(set) var boot: UInt64 = 0
    let meter = TransportMeter()

    /// Threads for reads that may touch a disk.
    static let readThreads = 2

    init(configuration: NodeConfiguration) {
        self.configuration = configuration
        telemetry = Telemetry(level: configuration.logLevel, format: configuration.logFormat)
    }

    var address: String { configuration.advertise ?? configuration.listen }

    func start() async throws(NodeStartError) -> NodeRuntime {
        let listen = try Self.named { () throws(AddressError) in try Address(configuration.listen) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await checkPorts(listen, on: group.next())
        let directory = try openDirectory()
        var startup = self
        startup.boot = try Self.named { () throws(FileError) in
            let number = try directory.countStart(wallSeconds: SteadyClock.wallMilliseconds() / 1_000)
            return UInt64(number) << 32 | UInt64(UInt32.random(in: 1...UInt32.max))
        }
        return try await startup.start(directory, listen, group)
    }

    private func start(
        _ directory: DataDirectory, _ listen: Address, _ group: MultiThreadedEventLoopGroup
    ) async throws(NodeStartError) -> NodeRuntime {
        let loop = group.next()
        let borders = configuration.splitAt.map { Key.user($0) }.sorted()
        let own = FormationAnnouncement(
            address: address, incarnation: directory.identity?.incarnation ?? 0, boot: boot,
            list: configuration.initialCluster.isEmpty ? [address] : configuration.initialCluster,
            borders: borders,
            state: try Self.named({ () throws(DirectoryError) in try directory.bootstrap() }).map {
                .member($0.cluster)
            } ?? .empty)
        let service = FormationService(.forming(own, store: { _ in .refused("not waiting for a cluster") }))
        let reception = Reception(formation: service, boot: boot, telemetry: telemetry)
        let listener: Listener
        do {
            listener = try await Listener.bind(listen, on: loop, owner: reception, meter: meter).get()
        } catch {
            throw NodeStartError("\(error)")
        }
        let formation = Formation(own: own, boot: boot, loop: loop, meter: meter)
        let record = try await membership(directory, formation, service, loop)
        return try await launch(
            directory, record, own, reception, service, formation, group: group, listener: listener)
    }

    /// Refuses taken ports before anything is written: a start that fails for one leaves no trace.
    private func checkPorts(_ listen: Address, on loop: any EventLoop) async throws(NodeStartError) {
        var addresses = [listen]
        if let http = configuration.http {
            addresses.append(try Self.named { () throws(AddressError) in try Address(http) })
        }
        for address in addresses {
            do {
                try await ServerBootstrap(group: loop)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(host: address.host, port: address.port).get().close().get()
            } catch {
                throw NodeStartError("\(ListenError(address, error))")
            }
        }
    }

    static func named<R, E: Error>(_ body: () throws(E) -> R) throws(NodeStartError) -> R {
        do {
            return try body()
        } catch {
            throw NodeStartError("\(error)")
        }
    }

    private func openDirectory() throws(NodeStartError) -> DataDirectory {
        let directory = try Self.named { () throws(DirectoryError) in
            try DataDirectory.open(configuration.dataDirectory)
        }
        if directory.identity == nil {
            try Self.named { () throws(FileError) in
                try directory.write(
                    Identity(incarnation: UInt64.random(in: 1...UInt64.max), createdBy: "dshard \(Version.text)"))
            }
        }
        return directory
    }

    /// The cluster this node belongs to: the one in its directory, or the one that is formed now.
    private func membership(
        _ directory: DataDirectory, _ formation: Formation, _ service: FormationService, _ loop: any EventLoop
    ) async throws(NodeStartError) -> BootstrapRecord {
        if let record = try Self.named({ () throws(DirectoryError) in try directory.bootstrap() }) {
            try await check(record, directory, formation)
            return record
        }
        if let seeds { return try await join(through: seeds, directory, formation) }
        if configuration.initialCluster.isEmpty || configuration.initialCluster.count == 1 {
            return try create(
                [
                    NodeAddress(
                        node: NodeID(1), address: address, incarnation: directory.identity?.incarnation ?? 0)
                ], directory)
        }
        if configuration.initialCluster.first == address {
            let nodes = try await formation.gather()
            return try create(nodes, directory)
        }
        return try await waitForRecord(directory, formation, service, loop)
    }

    private func create(
        _ nodes: [NodeAddress], _ directory: DataDirectory
    ) throws(NodeStartError) -> BootstrapRecord {
        let cluster = ClusterID(
            high: UInt64.random(in: 1...UInt64.max), low: UInt64.random(in: 1...UInt64.max))
        let record = Bootstrap.record(
            cluster: cluster, nodes: nodes, borders: configuration.splitAt.map { Key.user($0) }.sorted(),
            createdMilliseconds: SteadyClock.wallMilliseconds())
        try Self.named { () throws(FileError) in try adopt(record, directory) }
        return record
    }

    /// Makes the record durable, then the identity that names the cluster.
    func adopt(_ record: BootstrapRecord, _ directory: DataDirectory) throws(FileError) {
        try directory.write(record)
        guard var identity = directory.identity else { return }
        identity.cluster = record.cluster
        identity.node = record.nodes.first { $0.address == address }?.node
        try directory.write(identity)
    }

    private func waitForRecord(
        _ directory: DataDirectory, _ formation: Formation, _ service: FormationService, _ loop: any EventLoop
    ) async throws(NodeStartError) -> BootstrapRecord {
        let promise = loop.makePromise(of: BootstrapRecord.self)
        let own = formation.own
        let startup = self
        loop.execute {
            service.become(
                .forming(own) { record in
                    guard
                        record.nodes.contains(where: {
                            $0.address == own.address && $0.incarnation == own.incarnation
                        })
                    else { return .refused(FormationService.wiped(own.address, NodeID(0))) }
                    do throws(FileError) {
                        try startup.adopt(record, directory)
                    } catch {
                        return .refused("\(own.address) cannot store the record: \(error)")
                    }
                    promise.succeed(record)
                    return .accepted
                })
        }
        let watch = Task { () -> NodeStartError? in
            do throws(NodeStartError) {
                try await formation.watchFirst()
                return nil
            } catch {
                promise.fail(error)
                return error
            }
        }
        defer { watch.cancel() }
        do {
            return try await promise.futureResult.get()
        } catch let error as NodeStartError {
            throw error
        } catch {
            throw NodeStartError("\(error)")
        }
    }
}
