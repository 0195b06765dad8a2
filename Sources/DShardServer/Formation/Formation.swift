import Keyspace
import Logging
import NIOCore
import Raft
import Transport
import Wire

/// Forms a new cluster, or hands its record to nodes that have not got it yet (rule 17). The first node of the list
/// waits until all the others say that they are empty, then draws the cluster's id; nobody votes before that.
struct Formation: Sendable {
    let own: FormationAnnouncement
    let boot: UInt64
    let loop: any EventLoop
    let meter: TransportMeter

    /// How often a node that is not there yet is asked again.
    private static let retry = Duration.milliseconds(100)
    /// How often the operator hears whom the node waits for.
    static let notice = Duration.seconds(5)

    /// Run by the first node of the list.
    func gather() async throws(NodeStartError) -> [NodeAddress] {
        var there: [String: UInt64] = [own.address: own.incarnation]
        var trouble: [String: String] = [:]
        var noticed = ContinuousClock.now
        while there.count < own.list.count {
            for address in own.list where there[address] == nil {
                switch await ask(address, .announce(own)) {
                case .success(.announced(let theirs)):
                    if case .member(let cluster) = theirs.state { throw Self.alreadyMember(address, cluster) }
                    there[address] = theirs.incarnation
                case .success(.refused(let reason)): throw NodeStartError(reason)
                case .success: trouble[address] = "unexpected answer"
                case .failure(let failure): trouble[address] = failure.reason
                }
            }
            if ContinuousClock.now - noticed >= Self.notice {
                noticed = ContinuousClock.now
                report(missing: own.list.filter { there[$0] == nil }, trouble, there: there.count)
            }
            if there.count < own.list.count { try await Self.pause() }
        }
        return own.list.enumerated().map { position, address in
            NodeAddress(
                node: NodeID(UInt64(position + 1)), address: address, incarnation: there[address] ?? 0)
        }
    }

    /// Run by the others while they wait to be given the record: asks the first node, which knows whether this
    /// address has a past. Returns only by throwing.
    func watchFirst() async throws(NodeStartError) {
        guard let first = own.list.first else { return }
        var noticed = ContinuousClock.now
        while !Task.isCancelled {
            switch await ask(first, .announce(own)) {
            case .success(.refused(let reason)): throw NodeStartError(reason)
            case .success: break
            case .failure(let failure):
                if ContinuousClock.now - noticed >= Self.notice {
                    noticed = ContinuousClock.now
                    report(missing: [first], [first: failure.reason], there: own.list.count - 1)
                }
            }
            try await Self.pause(.milliseconds(500))
        }
    }

    /// Gives the record to every node of it until each has said that it has it.
    func deliver(_ record: BootstrapRecord) async {
        var missing = record.nodes.filter { $0.address != own.address }
        while !missing.isEmpty, !Task.isCancelled {
            var left: [NodeAddress] = []
            for node in missing {
                if case .success(.accepted) = await ask(node.address, .bootstrap(record)) { continue }
                left.append(node)
            }
            missing = left
            if !missing.isEmpty { try? await Task.sleep(for: .milliseconds(200)) }
        }
    }

    struct AskFailure: Error { var reason: String }

    func ask(
        _ address: String, _ request: FormationRequest, timeout: TimeAmount = .seconds(3)
    ) async -> Result<FormationReply, AskFailure> {
        do {
            let reply = try await FormationClient.ask(
                address, request, boot: boot, meter: meter, on: loop, timeout: timeout
            ).get()
            return .success(reply)
        } catch {
            return .failure(AskFailure(reason: "\(error)"))
        }
    }

    static func pause(_ duration: Duration = retry) async throws(NodeStartError) {
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw NodeStartError("stopped while waiting for the other nodes")
        }
    }

    private func report(missing: [String], _ trouble: [String: String], there: Int) {
        for address in missing {
            let reason = trouble[address].map { " (\($0))" } ?? ""
            Self.say("waiting for \(address)\(reason): \(there) of \(own.list.count) there")
        }
    }

    private static func alreadyMember(_ address: String, _ cluster: ClusterID) -> NodeStartError {
        NodeStartError(
            "\(address) already belongs to cluster \(cluster), but this data directory is empty: bring the "
                + "directory back, or give the node another address and --join")
    }
}
