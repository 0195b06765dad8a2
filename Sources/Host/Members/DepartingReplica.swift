import Keyspace
import Storage

/// A replica that is being destroyed. Its range stays reserved until its data is gone (rule 30).
struct DepartingReplica: Sendable {
    var task: DestroyTask
    /// Whether another replica takes over what it has, instead of it being destroyed (rule 33).
    var isUnited = false
    /// As `Replica.descriptor`, where one is known.
    var range: KeyRange? { task.range }
}
