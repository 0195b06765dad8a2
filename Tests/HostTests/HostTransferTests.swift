import Host
import Keyspace
import Raft
import Testing
import Wire

/// Leaderships that placement hands over (rule 37): nothing is written meanwhile, so not to those who cannot take them.
@Suite struct HostTransferTests {
    private struct Shard {
        let cluster: HostCluster
        let id: ShardID
        let leader: ClusterNode
        let target: ClusterNode

        init(seed: UInt64) throws {
            let cluster = try HostCluster(seed: seed, shards: 1)
            cluster.run(milliseconds: 2_000) { cluster.everyShardHasLeader }
            cluster.run(milliseconds: 300)
            let shard = cluster.descriptors[0].shard
            let leader = try #require(cluster.leader(of: shard))
            let others = cluster.nodes.filter { $0 !== leader }
            (self.cluster, id, self.leader) = (cluster, shard, leader)
            target = try #require(others.first)
        }

        /// Asks for the transfer; whether it is under way then.
        func begins() throws -> Bool {
            let epoch = try #require(leader.host.replica(of: id)).descriptor.epoch
            let replica = try #require(target.host.replica(of: id)).group.member.replica
            let notice = ReplicaNotice.transfer(number: 1, shard: id, epoch, to: replica)
            leader.host.receive(notice, from: leader.id, now: cluster.instant(leader))
            cluster.scheduleTurn(leader)
            return leader.host.replica(of: id)?.group.nextProposal == nil
        }
    }

    @Test(arguments: UInt64(1)...4) func whoAnswersTakesItOver(seed: UInt64) throws {
        let shard = try Shard(seed: seed)
        #expect(try shard.begins())
        shard.cluster.run(milliseconds: 500) { shard.cluster.leader(of: shard.id) === shard.target }
        #expect(shard.cluster.leader(of: shard.id) === shard.target)
        shard.cluster.end()
    }

    @Test(arguments: UInt64(1)...4) func whoDoesNotAnswerIsNotAsked(seed: UInt64) throws {
        let shard = try Shard(seed: seed)
        shard.cluster.pause(shard.target)
        shard.cluster.run(milliseconds: 400)
        #expect(try !shard.begins())
        shard.cluster.resume(shard.target)
        shard.cluster.run(milliseconds: 300)
        #expect(try shard.begins())
        shard.cluster.end()
    }

    /// Its node answers, and still it has not taken the shard over: its disk may be stuck. (In other seeds the third
    /// replica wins the election that ends the transfer.)
    @Test(arguments: [UInt64(1), 4]) func whoDidNotTakeItOverIsNotAskedAgainAtOnce(seed: UInt64) throws {
        let shard = try Shard(seed: seed)
        #expect(try shard.begins())
        shard.cluster.block(true, from: shard.leader, to: shard.target)
        shard.cluster.run(milliseconds: 1_000)
        shard.cluster.block(false, from: shard.leader, to: shard.target)
        shard.cluster.run(milliseconds: 1_000) { shard.cluster.leader(of: shard.id) === shard.leader }
        shard.cluster.run(milliseconds: 300)
        try #require(shard.cluster.leader(of: shard.id) === shard.leader)
        #expect(try !shard.begins())
        shard.cluster.run(milliseconds: 5_000)
        #expect(try shard.begins())
        shard.cluster.end()
    }
}
