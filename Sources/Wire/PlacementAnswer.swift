package import Raft

/// What placement answers to an administrator.
package enum PlacementAnswer: Sendable, Equatable {
    /// The request is recorded and will be carried out: the operator's name for people and the shard that has it, or
    /// zeros where there is none.
    case accepted(operation: UInt64, of: ShardID)
    case status(PlacementStatus)
    /// Nil when the operator is not remembered: a shard's row keeps the last one.
    case operation(OperatorStatus?)
    /// For people, several lines.
    case explanation(String)
}

/// What is going on with replicas.
package struct PlacementStatus: Sendable, Equatable {
    /// The node that says so, which leads placement.
    package var leader: NodeID
    /// How many voters a shard of users is to have.
    package var replication: UInt8
    /// Shards of users that have other members than so many voters.
    package var unevenShards: UInt32
    /// All that have a row, in the order of their ids.
    package var nodes: [Node]
    /// Those that run, in the order of their shards; at most `operatorsMax`.
    package var operators: [OperatorStatus]
    /// What should be done and cannot, for people.
    package var obstacles: [String]

    package init(
        leader: NodeID, replication: UInt8, unevenShards: UInt32, nodes: [Node], operators: [OperatorStatus],
        obstacles: [String]
    ) {
        self.leader = leader
        self.replication = replication
        self.unevenShards = unevenShards
        self.nodes = nodes
        self.operators = operators
        self.obstacles = obstacles
    }

    /// Operators that an answer has at most.
    package static let operatorsMax = 2_048
    /// Obstacles that an answer has at most.
    package static let obstaclesMax = 256

    /// One node as placement sees it.
    package struct Node: Hashable, Sendable {
        package var node: NodeID
        /// What its operator wants of it.
        package var duty: NodeDutyCode
        package var health: Health
        /// Shards that it leads, the system shard included.
        package var leaders: UInt32
        /// Replicas that it has, the system shard's included.
        package var replicas: UInt32
        /// Operators under way that take a replica or a leadership away from it.
        package var departures: UInt32

        package init(
            node: NodeID, duty: NodeDutyCode, health: Health, leaders: UInt32 = 0, replicas: UInt32 = 0,
            departures: UInt32 = 0
        ) {
            self.node = node
            self.duty = duty
            self.health = health
            self.leaders = leaders
            self.replicas = replicas
            self.departures = departures
        }
    }

    /// Whether a node can be counted on.
    package enum Health: UInt8, Sendable, CaseIterable {
        case up = 0
        /// Not heard since this node leads placement, which is not long yet.
        case unknown = 1
        case down = 2
        /// Silent for so long that its replicas are replaced.
        case dead = 3
    }
}

/// One operator for people.
package struct OperatorStatus: Hashable, Sendable {
    /// Its name: the version of its row as it was created.
    package var id: UInt64
    package var shard: ShardID
    /// What kind of need it serves.
    package var priority: String
    /// In their order, for people.
    package var steps: [String]
    /// How many of them are done.
    package var done: UInt16
    /// Why it was planned, for people.
    package var reason: String
    package var state: State

    package init(
        id: UInt64, shard: ShardID, priority: String, steps: [String], done: UInt16, reason: String, state: State
    ) {
        self.id = id
        self.shard = shard
        self.priority = priority
        self.steps = steps
        self.done = done
        self.reason = reason
        self.state = state
    }

    /// How far it is.
    package enum State: Hashable, Sendable {
        /// The last refusal of a step, if there was one, for people.
        case running(waiting: String?)
        case done
        case failed(String)
    }
}
