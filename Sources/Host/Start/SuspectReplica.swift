package import Keyspace
package import Storage

/// A replica that may have forgotten what it promised (rule 15): it takes no part, and its id goes.
package struct SuspectReplica: Sendable, Equatable {
    /// Whose log and state are not to be believed.
    package var name: LogName
    /// The newest descriptor of the shard that is known here; nil when none can be read.
    package var descriptor: Descriptor?
    /// For people.
    package var reason: String

    package init(name: LogName, descriptor: Descriptor?, reason: String) {
        self.name = name
        self.descriptor = descriptor
        self.reason = reason
    }
}
