import Keyspace
import NIOCore
import Raft
import Synchronization
import Transport
import Wire

/// The answering side of formation (rule 17): what a node says to others that are being started, before and after
/// it belongs to a cluster. On the lane's loop.
/// Safe because every access is on one event loop.
final class FormationService: @unchecked Sendable {
    enum State {
        /// Empty: waits for the bootstrap record, whose durable storing `store` does. Next: `formed`.
        case forming(FormationAnnouncement, store: (BootstrapRecord) -> FormationReply)
        /// Belongs to a cluster.
        case formed(FormationAnnouncement, BootstrapRecord?, nodes: () -> [NodeAddress])
    }

    private var state: State
    /// Takes a new node in and replies on the loop; set once the node has its store open.
    var join: ((JoinCall) -> Void)?

    init(_ state: State) { self.state = state }

    func become(_ state: State) { self.state = state }

    func received(_ frame: Frame, from connection: FramedConnection) throws(WireError) {
        switch try FormationRequest.decode(frame) {
        case .announce(let theirs): reply(announced(theirs), to: connection)
        case .bootstrap(let record): reply(bootstrapped(record), to: connection)
        case .join(let address, let incarnation, let labels):
            guard let join else {
                return reply(.refused(JoinRefusal.wait("the node is starting").line), to: connection)
            }
            join(
                JoinCall(address: address, incarnation: incarnation, labels: labels) { [self] answer in
                    reply(answer, to: connection)
                })
        }
    }

    private func reply(_ reply: FormationReply, to connection: FramedConnection) {
        connection.writeFrame { buffer in reply.encode(into: &buffer) }
        connection.flush()
    }

    private func announced(_ theirs: FormationAnnouncement) -> FormationReply {
        switch state {
        case .forming(let own, _):
            if theirs.list != own.list {
                return .refused("\(own.address) was started with another --initial-cluster: use the same on every node")
            }
            if theirs.borders != own.borders {
                return .refused("\(own.address) was started with another --split-at: use the same on every node")
            }
            return .announced(own)
        case .formed(let own, _, let nodes):
            guard theirs.state == .empty else { return .announced(own) }
            guard let known = nodes().first(where: { $0.address == theirs.address }) else {
                return .refused(
                    "\(own.address) already belongs to a cluster, and \(theirs.address) is no node of it: start "
                        + "\(theirs.address) with --join \(own.address)")
            }
            guard known.incarnation == theirs.incarnation else {
                return .refused(Self.wiped(theirs.address, known.node))
            }
            return .announced(own)
        }
    }

    static func wiped(_ address: String, _ node: NodeID) -> String {
        "\(address) is node \(node) of a running cluster, but its data directory is not the one it had: bring that "
            + "directory back, or give the node another address and --join"
    }

    private func bootstrapped(_ record: BootstrapRecord) -> FormationReply {
        switch state {
        case .forming(_, let store): return store(record)
        case .formed(let own, _, _):
            guard own.state == .member(record.cluster) else {
                return .refused("\(own.address) already belongs to another cluster")
            }
            return .accepted
        }
    }
}
