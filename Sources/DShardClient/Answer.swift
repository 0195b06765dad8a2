import Keyspace
import Wire

/// What a call gets. One type for all, so that a request costs one continuation and nothing else.
enum Answer {
    case written(OperationOutcome)
    case batchWritten
    case value(VersionedValue?)
    case values([VersionedValue?])
    /// A page, and where the scan goes on; nil at its end.
    indirect case page(ScanPage, resume: Key?)
    indirect case routes(RouteTable)
    indirect case status(NodeStatus)
    /// What placement or a check says, and why either was refused.
    indirect case placement(PlacementAnswer)
    indirect case checked(ShardCheck)
    indirect case refused(RequestError)
    /// The keys of a group are no longer in one shard.
    case regroup
    case failure(ClientError)
}
