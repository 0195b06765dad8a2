import Host
import Keyspace
import Raft
import Storage
import Wire

/// Knows which configurations every shard has committed, which it may yet commit, and which replicas there were
/// (RELIABILITY §3, I11–I14, I26, I32).
struct MembershipChecker {
    /// A configuration and where in the log it stands.
    struct Placed {
        var index: LogIndex
        var term = Term.zero
        var configuration: Configuration
    }

    private struct Shard {
        /// In log order; the first is the bootstrap record's, or what the split gave to a new shard, at zero.
        var committed: [Placed]
        /// Appended by leaders behind the last committed one; some were overwritten since.
        var proposed: [Placed] = []
        /// Of all that were ever committed.
        var greatest: ReplicaID
    }

    private var shards: [ShardID: Shard] = [:]
    /// Where each replica was first seen.
    private var homes: [LogName: NodeID] = [:]
    /// Replicas whose end is durable.
    private var destroyed: Set<LogName> = []
    /// By node: the greatest id of each shard that was destroyed there, durably.
    private var graves: [NodeID: [ShardID: ReplicaID]] = [:]
    /// Replicas whose disk has lost something, or was said to have.
    private(set) var lost: Set<LogName> = []
    /// Of those, the ones that never were: their parent's replica has lost something.
    private var unborn: Set<LogName> = []

    init(_ record: BootstrapRecord) {
        for descriptor in record.descriptors { begin(descriptor) }
    }

    private mutating func begin(_ descriptor: Descriptor) {
        shards[descriptor.shard] = Shard(
            committed: [Placed(index: .zero, configuration: descriptor.configuration)],
            greatest: ReplicaID(descriptor.nextReplica.rawValue - 1))
        for member in descriptor.configuration.members {
            homes[LogName(shard: descriptor.shard, replica: member.replica)] = member.node
        }
    }

    /// A split was applied for the first time. Where the parent's replica has forgotten something, nobody makes the
    /// child's.
    mutating func splits(
        _ parent: ShardID, at index: LogIndex, into child: Descriptor, _ simulation: Simulation
    ) {
        guard let known = inForce(at: index, of: parent)?.configuration else { return }
        let nodes = child.configuration.members.map(\.node)
        if Set(nodes) != Set(known.members.map(\.node)) || nodes.count != known.members.count {
            simulation.fail("shard \(child.shard) has \(child.configuration), and its parent had \(known)")
        }
        begin(child)
        // Not one that was replaced since.
        let forgetful = known.members.filter { lost.contains(LogName(shard: parent, replica: $0.replica)) }.map(\.node)
        for member in child.configuration.members where forgetful.contains(member.node) {
            lost.insert(LogName(shard: child.shard, replica: member.replica))
            unborn.insert(LogName(shard: child.shard, replica: member.replica))
        }
    }

    /// A split has made it. Its parent's replica may have begun anew meanwhile, before the split.
    mutating func isBorn(_ name: LogName) {
        if unborn.remove(name) != nil { lost.remove(name) }
    }

    // MARK: Configurations

    /// What a leader's log holds beyond what it has applied. Returns whether the newest was not seen before.
    mutating func leads(
        _ shard: ShardID, _ unapplied: [(index: LogIndex, configuration: Configuration)], isNewestOwn: Bool,
        _ simulation: Simulation
    ) -> Bool {
        if isNewestOwn, unapplied.count > 1 {
            simulation.fail("shard \(shard): a leader appended a configuration while another was not applied")
        }
        if unapplied.last?.configuration.isJoint == true { simulation.probes.hit(.jointEntered) }
        var isNew = false
        for (index, configuration) in unapplied {
            let isKnown =
                shards[shard]?.proposed.contains { $0.index == index && $0.configuration == configuration } ?? true
            if !isKnown { shards[shard]?.proposed.append(Placed(index: index, configuration: configuration)) }
            isNew = !isKnown
        }
        return isNew
    }

    /// A configuration was applied for the first time.
    mutating func commits(
        _ configuration: Configuration, at index: LogIndex, _ term: Term, of shard: ShardID, _ simulation: Simulation
    ) {
        guard let known = shards[shard], let last = known.committed.last else { return }
        let previous = last.configuration
        if !previous.quorumsMeet(configuration) {
            simulation.fail(
                "shard \(shard): a quorum of \(previous) need not meet one of \(configuration), at \(index)")
        }
        for member in configuration.members where previous.member(member.replica) == nil {
            let name = LogName(shard: shard, replica: member.replica)
            if member.replica <= known.greatest {
                simulation.fail("shard \(shard): the id of replica \(member.replica) is used again, at \(index)")
            }
            if homes[name] == nil { homes[name] = member.node }
        }
        let greatest = configuration.members.last?.replica ?? known.greatest
        shards[shard]?.greatest = max(known.greatest, greatest)
        shards[shard]?.committed.append(Placed(index: index, term: term, configuration: configuration))
        shards[shard]?.proposed.removeAll { $0.index <= index }
        if previous.isJoint, last.term != term { simulation.probes.hit(.jointLeftByAnother) }
        note(previous, configuration, of: shard, simulation)
    }

    private func note(
        _ previous: Configuration, _ next: Configuration, of shard: ShardID, _ simulation: Simulation
    ) {
        if let leader = simulation.leader(of: shard)?.member(of: shard), previous.isVoter(leader.replica),
            !next.isVoter(leader.replica)
        {
            simulation.probes.hit(.leaderRemoved)
        }
        simulation.probes.hit(.membersChanged)
        if previous.isJoint, !next.isJoint { simulation.probes.hit(.jointLeft) }
        if next.voters.contains(where: { member in previous.learners.contains(member) }) {
            simulation.probes.hit(.learnerPromoted)
        }
        if next.learners.contains(where: { member in previous.voters.contains(member) }) {
            simulation.probes.hit(.voterDemoted)
        }
    }

    /// The configuration in force at an index, once everything up to it is committed; counts from one.
    func inForce(at index: LogIndex, of shard: ShardID) -> (configuration: Configuration, number: UInt64)? {
        guard let committed = shards[shard]?.committed,
            let position = committed.lastIndex(where: { $0.index <= index })
        else { return nil }
        return (committed[position].configuration, UInt64(position + 1))
    }

    /// The last committed configuration.
    func newest(of shard: ShardID) -> Placed? { shards[shard]?.committed.last }

    /// Those under which an entry may have been committed: the one in force there, or a later one.
    func possible(at index: LogIndex, of shard: ShardID) -> [Configuration] {
        guard let known = shards[shard], let current = inForce(at: index, of: shard) else { return [] }
        return [current.configuration] + known.proposed.filter { $0.index > index }.map(\.configuration)
    }

    /// Those that a leader may have to reach a quorum of, when so many entries are known to be committed.
    func inPlay(_ shard: ShardID, committed: LogIndex) -> [Configuration] {
        guard let known = shards[shard], let newest = known.committed.last else { return [] }
        return [newest.configuration] + known.proposed.filter { $0.index > committed }.map(\.configuration)
    }

    // MARK: Snapshots (I14)

    /// What is wrong with the head of a snapshot.
    func mistake(in offer: SnapshotOffer) -> String? {
        let descriptor = offer.descriptor
        guard let current = inForce(at: offer.position.index, of: descriptor.shard)
        else { return "of a shard that is not there" }
        if descriptor.configuration != current.configuration { return "with another configuration" }
        if descriptor.epoch.config != current.number { return "with configuration number \(descriptor.epoch.config)" }
        return nil
    }

    // MARK: Replicas

    /// A replica is at work: it is where it was first, and was not destroyed before (I32).
    mutating func works(_ name: LogName, on node: NodeID, _ simulation: Simulation) {
        let home = homes[name] ?? node
        homes[name] = home
        if home != node { simulation.fail("\(name) is on nodes \(home) and \(node)") }
        if destroyed.contains(name) { simulation.fail("\(name) was destroyed on node \(node) and is back") }
    }

    /// A replica begins with a snapshot.
    mutating func begins(_ name: LogName, on node: NodeID, _ simulation: Simulation) {
        works(name, on: node, simulation)
        lost.remove(name)
        if graves[node]?[name.shard] != nil { simulation.probes.hit(.replicaRecreated) }
    }

    /// A start has found it whole.
    mutating func recovers(_ name: LogName) { lost.remove(name) }

    /// A replica's end begins: only one that no committed configuration counts on any more may go.
    /// Or one of a shard that is part of another one.
    func ends(_ name: LogName, on node: NodeID, _ simulation: Simulation) {
        guard !simulation.ranges.absorbed.contains(name.shard), let newest = newest(of: name.shard)?.configuration,
            newest.member(name.replica) != nil
        else { return }
        simulation.fail("\(name) is destroyed on node \(node) and still a member")
    }

    /// A replica's end is durable.
    mutating func ended(_ name: LogName, on node: NodeID) {
        destroyed.insert(name)
        let known = graves[node]?[name.shard] ?? name.replica
        graves[node, default: [:]][name.shard] = max(known, name.replica)
    }

    /// What a start remembers of destroyed replicas (rule 29). A disk that has lost something may have lost that too.
    mutating func remembers(
        _ departed: DepartedReplicas, on node: NodeID, hasLost: Bool, _ simulation: Simulation
    ) {
        var found: [ShardID: ReplicaID] = [:]
        for (shard, replica) in departed.tombstones { found[shard] = replica }
        if hasLost {
            graves[node] = found
            destroyed = destroyed.filter { homes[$0] != node || found[$0.shard] ?? ReplicaID(0) >= $0.replica }
        }
        let known = (graves[node] ?? [:]).sorted { $0.key < $1.key }
        for (shard, replica) in known where found[shard].map({ $0 < replica }) ?? true {
            simulation.fail("shard \(shard): node \(node) has forgotten that it destroyed replica \(replica)")
        }
    }

    /// All replicas of a node, or one, may have forgotten something.
    mutating func loses(_ node: NodeID, only name: LogName? = nil) {
        for (known, home) in homes where home == node && (name == nil || name == known) && !destroyed.contains(known) {
            lost.insert(known)
        }
    }

    /// Whether a quorum of the configuration, of both halves if it is joint, is sound and satisfies the condition.
    func hasQuorum(_ configuration: Configuration, of shard: ShardID, where isThere: (Member) -> Bool) -> Bool {
        configuration.hasQuorum { member in
            !lost.contains(LogName(shard: shard, replica: member.replica)) && isThere(member)
        }
    }

    /// Whether a member of the shard's newest configuration has forgotten something.
    func hasLostMember(_ shard: ShardID) -> Bool {
        lost.contains { name in
            name.shard == shard && shards[shard]?.committed.last?.configuration.member(name.replica) != nil
        }
    }
}
