/// What the log writer stores in one atomic write for all ready shards. Per log the parts take effect in the order
/// of the fields.
package struct LogBatch: Sendable {
    /// Logs that cease to exist, hard state included (rule 29).
    package var destroys: [LogName]
    /// Logs that become empty at (`through`, `term`), whatever they held: a snapshot was installed beyond them
    /// (rule 16). The hard state stays.
    package var resets: [LogTruncation]
    /// Later ones of the same log see the earlier ones.
    package var appends: [LogAppend]
    /// A truncation below an earlier one changes nothing; one beyond the end leaves the log empty.
    package var truncations: [LogTruncation]
    /// The last one of each log is what stays.
    package var hardStates: [HardStateRecord]

    package init(
        appends: [LogAppend] = [], hardStates: [HardStateRecord] = [], truncations: [LogTruncation] = [],
        resets: [LogTruncation] = [], destroys: [LogName] = []
    ) {
        self.destroys = destroys
        self.resets = resets
        self.appends = appends
        self.truncations = truncations
        self.hardStates = hardStates
    }

    /// Whether writing it would change nothing.
    package var isEmpty: Bool {
        destroys.isEmpty && resets.isEmpty && appends.isEmpty && truncations.isEmpty && hardStates.isEmpty
    }

    /// Every log the batch touches, as often as it does.
    var names: [LogName] {
        destroys + resets.map(\.name) + appends.map(\.name) + truncations.map(\.name) + hardStates.map(\.name)
    }

    /// Empties the batch and keeps its storage for the next one.
    package mutating func removeAll() {
        destroys.removeAll(keepingCapacity: true)
        resets.removeAll(keepingCapacity: true)
        appends.removeAll(keepingCapacity: true)
        truncations.removeAll(keepingCapacity: true)
        hardStates.removeAll(keepingCapacity: true)
    }

    /// Adds what another batch asks for, behind what is here.
    package mutating func append(_ other: LogBatch) {
        destroys += other.destroys
        resets += other.resets
        appends += other.appends
        truncations += other.truncations
        hardStates += other.hardStates
    }
}
