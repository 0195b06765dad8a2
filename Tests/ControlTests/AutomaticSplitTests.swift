import Control
import Keyspace
import Placement
import Raft
import Testing
import Wire

/// Shards that are too large or too busy are split without anybody's doing.
@Suite struct AutomaticSplitTests {
    private let shard = ShardID(2)
    private let key = Key.user([0x40])

    private func operation(_ cluster: inout FakeCluster, _ controller: inout Controller) -> OperatorStatus? {
        guard case .success(.operation(let found)) = cluster.ask(.operation(of: shard, id: 0), &controller) else {
            return nil
        }
        return found
    }

    @Test func byItsSizeAtTheMiddleKey() {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.shards[shard]?.bytes = 300 << 20
        cluster.shards[shard]?.middleKey = key
        var controller = cluster.controller()
        let (parent, border) = (shard, key)
        #expect(cluster.run(&controller) { $0.shards.count == 3 } == true)
        #expect(cluster.shards[parent]?.descriptor.range.end == border)
        cluster.run(&controller, seconds: 5)
        #expect(operation(&cluster, &controller)?.state == .done)
        // Halves are no reason for more, and nobody merges them.
        cluster.run(&controller, seconds: 60)
        #expect(cluster.shards.count == 3)
    }

    @Test func byItsLoadAfterAWhileAtTheKeyThatHalvesIt() {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.shards[shard]?.laneShare = 700
        cluster.shards[shard]?.halvingKey = key
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 9)
        #expect(cluster.shards.count == 2)
        cluster.run(&controller, seconds: 4)
        #expect(cluster.shards.count == 3)
        #expect(cluster.shards[shard]?.descriptor.range.end == key)
    }

    @Test func nothingIsSplitWithoutAKey() {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.shards[shard]?.laneShare = 700
        cluster.shards[shard]?.bytes = 300 << 20
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 20)
        #expect(cluster.shards.count == 2)
        guard case .success(.status(let status)) = cluster.ask(.status, &controller) else {
            Issue.record("no status")
            return
        }
        #expect(status.obstacles.count == 1, "\(status.obstacles)")
    }

    /// What a lost answer would have said is seen in the descriptor; asking again does nothing in a later epoch.
    @Test func anAnswerThatIsLost() {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.losesSplitAnswers = true
        cluster.shards[shard]?.bytes = 300 << 20
        cluster.shards[shard]?.middleKey = key
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 20)
        #expect(cluster.shards.count == 3)
        #expect(operation(&cluster, &controller)?.state == .done)
    }

    /// Nothing has changed when the shard's leader refuses: the operator ends when its patience does, and the next one
    /// has better luck.
    @Test func refusalsEndTheOperator() {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.refusesSplits = true
        cluster.shards[shard]?.bytes = 300 << 20
        cluster.shards[shard]?.middleKey = key
        var controller = cluster.controller()
        cluster.run(&controller, seconds: 100)
        let first = operation(&cluster, &controller)
        #expect(first?.state == .running(waiting: "no id"))
        cluster.run(&controller, seconds: 40)
        let second = operation(&cluster, &controller)
        #expect(second?.id != first?.id)
        #expect(second?.state == .running(waiting: "no id"))
        #expect(cluster.shards.count == 2)
        cluster.refusesSplits = false
        cluster.run(&controller, seconds: 30)
        #expect(cluster.shards.count == 3)
    }

    /// A later leader of placement finds the operator's row, and drives it on or sees that it is done.
    @Test(arguments: [1, 5, 10, 20]) func underAnotherLeader(looks: Int) {
        var cluster = FakeCluster(nodes: 3, shards: 1)
        cluster.shards[shard]?.bytes = 300 << 20
        cluster.shards[shard]?.middleKey = key
        var first = cluster.controller()
        for _ in 0..<looks { cluster.look(&first) }
        var second = cluster.controller(term: 2)
        cluster.run(&second, seconds: 20)
        #expect(cluster.shards.count == 3)
        #expect(operation(&cluster, &second)?.state == .done)
    }
}
