/// The configurations of a log: the newest is in force from the moment it is appended, and stops being so when
/// its entry is overwritten (rule 27).
struct ConfigurationHistory: Sendable {
    /// In force as of the applied index.
    private(set) var applied: Configuration
    /// Appended and not yet applied, in log order.
    private var later: [(index: LogIndex, configuration: Configuration)] = []

    /// What waits to be applied, in log order.
    var unapplied: [(index: LogIndex, configuration: Configuration)] { later }

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

    /// Whether `member` belongs to the applied configuration or to one that may replace it.
    func contains(_ member: Member) -> Bool {
        applied.member(member.replica) == member
            || later.contains { $0.configuration.member(member.replica) == member }
    }

    /// A snapshot at `index` says what is in force there; what was appended after it stays.
    mutating func install(_ configuration: Configuration, at index: LogIndex) {
        apply(through: index)
        applied = configuration
    }

    mutating func append(_ configuration: Configuration, at index: LogIndex) {
        later.append((index, configuration))
    }

    mutating func removeSuffix(from index: LogIndex) {
        while let newest = later.last, newest.index >= index { later.removeLast() }
    }

    /// Moves the applied configuration along; returns who was a member and is none any more.
    @discardableResult
    mutating func apply(through index: LogIndex) -> [Member] {
        var former: [Member] = []
        while let oldest = later.first, oldest.index <= index {
            former += applied.members.filter { !former.contains($0) }
            applied = oldest.configuration
            later.removeFirst()
        }
        return former.filter { !contains($0) }
    }
}
