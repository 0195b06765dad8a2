import Keyspace
import Raft
import Wire

extension Descriptor {
    /// The configuration that `change` asks for after this one, joint if more than one voter changes. Throws what is
    /// wrong with the request; whether it may be proposed *now* is Raft's to say.
    func configuration(after change: ReplicaChange) throws(RequestError) -> Configuration {
        guard !configuration.isJoint else { throw .busy(retryAfterMilliseconds: 50, reason: "replicas are changing") }
        var voters = configuration.voters
        var learners = configuration.learners
        for replica in change.remove {
            voters.removeAll { $0.replica == replica }
            learners.removeAll { $0.replica == replica }
        }
        for replica in change.demote {
            guard let position = voters.firstIndex(where: { $0.replica == replica }) else {
                throw .invalidRequest("replica \(replica) is no voter: it cannot be demoted")
            }
            learners.append(voters.remove(at: position))
        }
        for replica in change.promote {
            guard let position = learners.firstIndex(where: { $0.replica == replica }),
                !change.demote.contains(replica)
            else { throw .invalidRequest("replica \(replica) is no learner: it cannot be promoted") }
            voters.append(learners.remove(at: position))
        }
        var next = nextReplica
        for node in change.addLearners {
            guard !(voters + learners).contains(where: { $0.node == node }),
                !configuration.members.contains(where: { $0.node == node })
            else { throw .invalidRequest("node \(node) has a replica of the shard already") }
            learners.append(Member(replica: next, node: node))
            next = next.next
        }
        guard !voters.isEmpty else { throw .invalidRequest("the last voter cannot leave") }
        let isSimple = configuration.allows(Configuration(voters: voters, learners: learners))
        return Configuration(voters: voters, outgoing: isSimple ? [] : configuration.voters, learners: learners)
    }
}
