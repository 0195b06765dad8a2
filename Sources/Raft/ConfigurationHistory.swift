/// The configurations of a log: the newest is in force from the moment it is appended, and stops being so when
/// its entry is overwritten (rule 27).
struct ConfigurationHistory: Sendable {
    /// In force as of the applied index.
    private(set) var applied: Configuration
    /// Appended and not yet applied, in log order.
    private var later: [(index: LogIndex, configuration: Configuration)] = []

    init(applied: Configuration) {
        self.applied = applied
    }

    /// The configuration in force.
    var current: Configuration { later.last?.configuration ?? applied }

    /// Where the configuration in force was appended; zero when it has been applied.
    var currentIndex: LogIndex { later.last?.index ?? .zero }

    /// Whether a configuration in the log still waits to be applied.
    var hasUnapplied: Bool { !later.isEmpty }

    /// Whether `replica` votes in the newest configuration, or in an older one that may still be the newest committed.
    func isVoter(_ replica: ReplicaID, sinceCommitted committed: LogIndex) -> Bool {
        for (index, configuration) in later.reversed() {
            if configuration.isVoter(replica) { return true }
            if index <= committed { return false }
        }
        return applied.isVoter(replica)
    }

    mutating func append(_ configuration: Configuration, at index: LogIndex) {
        later.append((index, configuration))
    }

    mutating func removeSuffix(from index: LogIndex) {
        while let newest = later.last, newest.index >= index { later.removeLast() }
    }

    mutating func apply(through index: LogIndex) {
        while let oldest = later.first, oldest.index <= index {
            applied = oldest.configuration
            later.removeFirst()
        }
    }
}
