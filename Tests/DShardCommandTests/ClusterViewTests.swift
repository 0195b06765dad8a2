import Keyspace
import Raft
import Testing
import Wire

@testable import dshard

@Suite("What the admin commands show")
struct ClusterViewTests {
    @Test("JSON as CLI.md has it: user shards in key order, the open end empty, ids of nodes")
    func json() {
        var json = JSONText()
        json.append(view().userShards)
        #expect(
            json.text
                == #"[{"id":2,"start":"","end":"m\\x00","leader":1,"#
                + #""replicas":[{"node":1,"role":"voter"},{"node":2,"role":"voter"},{"node":3,"role":"voter"}],"#
                + #""epoch":{"version":"4","config":1},"size_bytes":2048,"keys":20},"#
                + #"{"id":3,"start":"m\\x00","end":"","leader":2,"#
                + #""replicas":[{"node":1,"role":"voter"},{"node":2,"role":"voter"},{"node":3,"role":"voter"}],"#
                + #""epoch":{"version":"4","config":1},"size_bytes":3072,"keys":30}]"#)
        var nodes = JSONText()
        nodes.append(Array(view().nodes.prefix(1)))
        #expect(
            nodes.text
                == #"[{"id":1,"address":"h1:7400","state":"up","leaders":2,"replicas":3,"labels":{}}]"#)
    }

    @Test("A healthy cluster has nothing wrong")
    func healthy() {
        #expect(view().isHealthy)
        #expect(view().running.isEmpty)
        #expect(view().text.hasPrefix("healthy: 3 of 3 nodes up, 3 of 3 shards have a leader\n"))
    }

    @Test("One node of three down: its shards work with two of three voters")
    func oneDown() {
        let view = view(down: [3])
        #expect(!view.isHealthy)
        #expect(view.nodes.map(\.state) == [.up, .up, .down])
        #expect(view.problems.first == "node 3 h3:7400: does not answer; start it")
        #expect(view.problems.contains("shard 2 [, m\\x00): 2 of 3 voters answer"))
        #expect(view.nodes[2].replicas == 3)
    }

    @Test("Without a quorum that is said first")
    func noQuorum() {
        let view = view(down: [1, 3])
        #expect(
            view.problems.first == "shard 1 system: no quorum, 1 of 3 voters answer; start their nodes")
        #expect(view.shards.map(\.leader) == [nil, nil, NodeID(2)])
        #expect(view.text.hasPrefix("NOT HEALTHY: 1 of 3 nodes up, 1 of 3 shards have a leader\n"))
    }

    @Test("The leader is who says so in the latest term; a later descriptor beats the map")
    func newestWins() {
        var statuses = statuses()
        statuses[NodeID(3)]?.shards[1].role = .leader
        statuses[NodeID(3)]?.shards[1].term = Term(9)
        statuses[NodeID(3)]?.shards[1].descriptor.epoch.config = 2
        statuses[NodeID(3)]?.shards[1].descriptor.configuration.learners = [member(4)]
        let view = ClusterView(table: table(), statuses: statuses)
        #expect(view.shards[1].leader == NodeID(3))
        #expect(view.shards[1].epoch.config == 2)
        #expect(view.shards[1].replicas.map(\.role) == [.voter, .voter, .voter, .learner])
        #expect(view.running == ["shard 2: node 4 catches up"])
    }

    @Test("A change of members shows who leaves; a node that is not ready says why")
    func jointAndNotReady() {
        var statuses = statuses()
        for node in [1, 2, 3] as [UInt64] {
            statuses[NodeID(node)]?.shards[2].descriptor.epoch.config = 3
            statuses[NodeID(node)]?.shards[2].descriptor.configuration = Configuration(
                voters: [member(1), member(2)], outgoing: [member(1), member(3)])
        }
        statuses[NodeID(2)]?.isReady = false
        statuses[NodeID(2)]?.reasons = ["replays its log"]
        let view = ClusterView(table: table(), statuses: statuses)
        #expect(view.shards[2].replicas.map(\.role) == [.voter, .voter, .leaving])
        #expect(view.running == ["shard 3: changes its members"])
        #expect(view.problems == ["node 2 h2:7400: not ready, replays its log"])
        #expect(view.nodes[1].state == .starting)
    }

    @Test("The detail of a shard: what each replica says, or that it says nothing")
    func detail() {
        let shard = view(down: [3]).shards[1]
        var json = JSONText()
        json.appendDetail(of: shard)
        #expect(
            json.text.hasSuffix(
                #""status":[{"node":1,"replica":1,"state":"leader","term":5,"commit":7,"applied":7,"size_bytes":2048,"#
                    + #""keys":20},{"node":2,"replica":2,"state":"follower","term":5,"commit":7,"applied":7,"#
                    + #""size_bytes":2048,"keys":20},{"node":3,"replica":3,"state":"unreachable"}]}"#))
        #expect(ClusterView.detail(shard).contains("3     3        voter  unreachable\n"))
    }

    @Test("What nobody tells is marked, and is not taken for nothing")
    func unknown() {
        let some = view(down: [3])
        #expect(ClusterView.text(some.userShards).contains("1,2,3?"))
        let none = view(down: [1, 2, 3])
        let row = ClusterView.text(none.userShards).split(separator: "\n").dropFirst().first ?? ""
        #expect(row.split(separator: " ").map(String.init).prefix(6) == ["2", "-", "1?,2?,3?", "4.1", "?", "?"])
        var json = JSONText()
        json.append(none.userShards)
        #expect(json.text.contains(#""size_bytes":null,"keys":null"#))
    }

    @Test("Many shards and many problems still fit one screen")
    func oneScreen() {
        var table = table()
        table.routes.removeLast(2)
        for id in 10..<200 as Range<UInt64> {
            let (start, end) = (Key.user([UInt8(id)]), Key.user([UInt8(id + 1)]))
            table.routes.append(Route(descriptor: descriptor(id, start, end), leader: nil))
        }
        let text = ClusterView(table: table, statuses: [:]).text
        #expect(text.split(separator: "\n").count < 60)
        #expect(text.contains("more: dshard admin shards"))
    }

    private func view(down: [UInt64] = []) -> ClusterView {
        ClusterView(table: table(), statuses: statuses().filter { !down.contains($0.key.rawValue) })
    }

    private func member(_ id: UInt64) -> Member { Member(replica: ReplicaID(id), node: NodeID(id)) }

    private func descriptor(_ id: UInt64, _ start: Key, _ end: Key) -> Descriptor {
        Descriptor(
            shard: ShardID(id), range: KeyRange(start: start, end: end), epoch: Epoch(version: 4, config: 1),
            configuration: Configuration(voters: [member(1), member(2), member(3)]), nextReplica: ReplicaID(5))
    }

    /// The system shard led by node 1, and two more, led by 1 and 2.
    private func table() -> RouteTable {
        let border = Key.user(Array("m\0".utf8))
        return RouteTable(
            routes: [
                Route(descriptor: descriptor(1, .systemStart, .userStart), leader: NodeID(1)),
                Route(descriptor: descriptor(2, .userStart, border), leader: NodeID(1)),
                Route(descriptor: descriptor(3, border, .end), leader: NodeID(2)),
            ],
            nodes: [3, 1, 2].map { NodeAddress(node: NodeID($0), address: "h\($0):7400", incarnation: $0) },
            clusterMilliseconds: 0)
    }

    private func statuses() -> [NodeID: NodeStatus] {
        var statuses: [NodeID: NodeStatus] = [:]
        for id in [1, 2, 3] as [UInt64] {
            let shards = table().routes.map { route in
                let number = route.descriptor.shard.rawValue
                return ShardStatus(
                    descriptor: route.descriptor, role: route.leader == NodeID(id) ? .leader : .follower,
                    leader: route.leader, term: Term(5), commit: LogIndex(7), applied: LogIndex(7),
                    sizeBytes: 1024 * number, keys: 10 * number)
            }
            statuses[NodeID(id)] = NodeStatus(
                node: NodeID(id), address: "h\(id):7400", isReady: true, reasons: [], shards: shards, nodes: [])
        }
        return statuses
    }
}
