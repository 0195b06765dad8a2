import Host
import Logging
import Raft
import Storage
import Wire

/// What checks find (rule 39).
extension Lane {
    /// A scan has ended, one way or the other.
    func scanned(_ event: ScanEvent) {
        if case .unreadable(let name, _, let error) = event {
            telemetry.log.error("a replica cannot be read for a check: \(error)", metadata: ["shard": "\(name.shard)"])
        }
        takeApplied()
        host.scanned(event, now: SteadyClock.now())
        if case .unreadable(let name, _, let error) = event, error.consequence == .markReplica,
            host.replica(of: name.shard)?.group.member.replica == name.replica
        {
            host.suspect(name.shard, "it cannot be read for a check: \(error)")
        }
        scheduleTurn()
    }

    func note(_ check: ShardCheck) {
        let details = check.replicas.filter { $0.finding != .equal }
            .map { "replica \($0.member.replica) on node \($0.member.node): \($0.finding)" }
            .joined(separator: ", ")
        let level: Logger.Level =
            switch check.verdict {
            case .equal, .incomplete: .info
            case .divergent, .divided: .critical
            }
        telemetry.log.log(
            level: level, "check at entry \(check.index): \(check.verdict): \(details)",
            metadata: ["shard": "\(check.shard)"])
    }
}
