import Keyspace
import Routing
import Storage
import Wire

/// What a client does when its keys are no longer in one shard.
extension Simulation {
    /// The operation as it can be sent: a scan is cut to the shard of its first key, a get of several keys becomes one
    /// of the first, and a pair that lies in two shards cannot be written any more: then nil, and it is over.
    func fitted(_ operation: ClientOperation, _ client: SimulatedClient) -> ClientOperation? {
        guard let key = operation.keys.first,
            let shard = key.bytes.withBytes({ client.router.shard(of: $0) })
        else { return operation }
        let range = KeyRange(start: shard.start, end: shard.end)
        switch operation {
        case .scan(let wanted):
            client.scanned = KeyRange(start: wanted.start, end: min(wanted.end, range.end))
            return .scan(client.scanned)
        case .get(let keys) where !keys.allSatisfy { range.contains($0) }:
            probes.hit(.operationCutBySplit)
            client.operation = .get([key])
            return client.operation
        case .pair(_, let second, _) where !range.contains(second):
            probes.hit(.operationCutBySplit)
            ended(client, client.mayBeApplied ? .unknownOutcome : .refused(.epochMismatch([])))
            return nil
        default: return operation
        }
    }
}
