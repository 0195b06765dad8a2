import Host
import Keyspace
import Raft
import Testing

/// What the replicas of a lane have to do is counted where it is done, once.
@Suite struct HostLoadTests {
    @Test func workIsCounted() throws {
        let cluster = try HostCluster(seed: 3, shards: 2)
        defer { cluster.end() }
        cluster.run(milliseconds: 2_000)
        #expect(cluster.everyShardHasLeader)
        for node in cluster.nodes { _ = node.host.takeWork() }
        // Nobody asks for anything: there is no work.
        cluster.run(milliseconds: 1_000)
        for node in cluster.nodes { #expect(node.host.takeWork().isEmpty) }
        cluster.addClients(8)
        cluster.isBusy = true
        for client in cluster.clients { cluster.beginOperation(client) }
        cluster.run(milliseconds: 3_000)
        let leaders = cluster.descriptors.map { cluster.leader(of: $0.shard) }
        for node in cluster.nodes {
            let works = node.host.takeWork()
            for (descriptor, leader) in zip(cluster.descriptors, leaders) {
                let work = try #require(
                    works.first { $0.shard == descriptor.shard }, "\(descriptor.shard)")
                #expect(work.isLed == (leader === node))
                #expect(work.weight > 0 && work.version == descriptor.epoch.version)
                if work.isLed { #expect(work.operations > 100 && work.weight > work.operations) }
                let position = try #require(node.host.position(of: descriptor.shard))
                if let key = node.host.halvingKey(at: position) { #expect(descriptor.range.contains(key)) }
            }
            #expect(node.host.takeWork().isEmpty)
        }
    }
}
