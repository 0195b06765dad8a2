import Host
import Keyspace
import Logging
import NIOCore
import Raft
import RocksEngine
import Wire

extension Startup {
    /// The nodes of a running cluster to ask for membership; nil when this node forms a new cluster. The command may
    /// be the same on all nodes: one that is not in the list of the first nodes joins them.
    var seeds: [String]? {
        if !configuration.join.isEmpty { return configuration.join }
        guard !configuration.initialCluster.isEmpty, !configuration.initialCluster.contains(address) else { return nil }
        return configuration.initialCluster
    }

    /// Becomes a member of a running cluster, without a replica at first. The record from which the node starts again
    /// is durable before it returns.
    func join(
        through seeds: [String], _ directory: DataDirectory, _ formation: Formation
    ) async throws(NodeStartError) -> BootstrapRecord {
        let others = seeds.filter { $0 != address }
        guard !others.isEmpty else {
            throw NodeStartError("--join names only this node, \(address): name nodes of the running cluster")
        }
        if !configuration.splitAt.isEmpty {
            telemetry.log.notice("--split-at ignored: the borders of a running cluster's shards are its own")
        }
        let joined = try await formation.join(through: others, as: address, labels: labels, says: true)
        guard joined.nodes.contains(where: { $0.node == joined.node && $0.address == address }) else {
            throw NodeStartError("the cluster's answer does not name this node: check that all run the same release")
        }
        let record = BootstrapRecord(
            cluster: joined.cluster, nodes: joined.nodes, descriptors: [joined.systemShard],
            createdMilliseconds: SteadyClock.wallMilliseconds())
        try Self.named { () throws(FileError) in try adopt(record, directory) }
        telemetry.log.notice("joined cluster \(joined.cluster)", metadata: ["node": "\(joined.node)"])
        return record
    }

    /// What placement may know of this machine.
    var labels: [String: String] {
        Dictionary(configuration.labels.map { ($0.0, $0.1) }, uniquingKeysWith: { _, last in last })
    }

    /// Checks the flags against a directory that belongs to a cluster already: what they say of formation is ignored,
    /// unless it contradicts.
    func check(
        _ record: BootstrapRecord, _ directory: DataDirectory, _ formation: Formation
    ) async throws(NodeStartError) {
        if let cluster = directory.identity?.cluster, cluster != record.cluster {
            throw NodeStartError(
                "\(configuration.dataDirectory): IDENTITY is of cluster \(cluster) and BOOTSTRAP of \(record.cluster): "
                    + "restore the directory's own files")
        }
        let flags = [
            configuration.initialCluster.isEmpty ? nil : "--initial-cluster",
            configuration.join.isEmpty ? nil : "--join", configuration.splitAt.isEmpty ? nil : "--split-at",
        ].compactMap { $0 }
        guard !flags.isEmpty else { return }
        let listed = configuration.initialCluster + configuration.join
        if let foreign = await formation.foreignNode(to: record.cluster, at: listed) {
            throw NodeStartError(
                "\(configuration.dataDirectory) belongs to cluster \(record.cluster), but \(foreign.address) "
                    + "to cluster \(foreign.cluster): correct --data-dir or the list of nodes")
        }
        let ignored = flags.joined(separator: ", ")
        telemetry.log.notice(
            "\(configuration.dataDirectory) belongs to cluster \(record.cluster): \(ignored) ignored")
    }

    /// What a node tells the others after each start: the first one of a list gives the record to those that have not
    /// got it; every one has its labels recorded.
    func introduce(
        _ record: BootstrapRecord, _ identity: NodeIdentity, _ formation: Formation, _ lane: Lane
    ) async {
        // A node that joined has a record of its own, for which nobody waits.
        let isFirst = record.nodes.first?.node == identity.node && record.hasReplica(on: identity.node)
        if record.nodes.count > 1, isFirst { await formation.deliver(record) }
        do {
            while try await !lane.loop.submit({ lane.readiness().isEmpty }).get() {
                try await Task.sleep(for: .milliseconds(200))
            }
            let seeds = try await lane.loop.submit { [identity.address] + lane.host.addresses.map(\.address) }.get()
            _ = try await formation.join(through: seeds, as: identity.address, labels: labels, says: false)
        } catch {
            if !Task.isCancelled { telemetry.log.warning("the labels could not be recorded: \(error)") }
        }
    }
}

extension BootstrapRecord {
    /// Whether one of its shards begins with a replica on `node`; not so for a node that joined later.
    func hasReplica(on node: NodeID) -> Bool {
        descriptors.contains { $0.configuration.members.contains { $0.node == node } }
    }
}
