/// What the log writer stores in one atomic write for all ready shards. Per log the parts take effect in the order
/// of the fields.
package struct LogBatch: Sendable {
    /// Logs that cease to exist, hard state included (rule 29).
    package var destroys: [LogName]
    /// Logs that become empty at (`through`, `term`), whatever they held: a snapshot was installed beyond them
    /// (rule 16). The hard state stays.
    package var resets: [LogTruncation]
    /// Logs that begin after (`through`, `term`) before anything is appended, and keep what they hold behind it: a
    /// snapshot of their own history was installed. One that ends before that becomes empty there.
    package var bases: [LogTruncation]
    /// Later ones of the same log see the earlier ones.
    package var appends: [LogAppend]
    /// A truncation below an earlier one changes nothing; one beyond the end leaves the log empty.
    package var truncations: [LogTruncation]
    /// The last one of each log is what stays.
    package var hardStates: [HardStateRecord]

    package init(
        appends: [LogAppend] = [], hardStates: [HardStateRecord] = [], truncations: [LogTruncation] = [],
        resets: [LogTruncation] = [], bases: [LogTruncation] = [], destroys: [LogName] = []
    ) {
        self.destroys = destroys
        self.resets = resets
        self.bases = bases
        self.appends = appends
        self.truncations = truncations
        self.hardStates = hardStates
    }

    /// Whether writing it would change nothing.
    package var isEmpty: Bool {
        destroys.isEmpty && resets.isEmpty && bases.isEmpty && appends.isEmpty && truncations.isEmpty
            && hardStates.isEmpty
    }

    /// Every log the batch touches, as often as it does.
    var names: [LogName] {
        destroys + resets.map(\.name) + bases.map(\.name) + appends.map(\.name) + truncations.map(\.name)
            + hardStates.map(\.name)
    }

    /// Empties the batch and keeps its storage for the next one.
    package mutating func removeAll() {
        destroys.removeAll(keepingCapacity: true)
        resets.removeAll(keepingCapacity: true)
        bases.removeAll(keepingCapacity: true)
        appends.removeAll(keepingCapacity: true)
        truncations.removeAll(keepingCapacity: true)
        hardStates.removeAll(keepingCapacity: true)
    }

    /// As few batches as do the same as `batches` one after the other. Only what changes a log's beginning, which is
    /// rare, comes before the appends of its batch, and so must not join one that appends to the same log.
    package static func merged(_ batches: some Sequence<LogBatch>) -> [LogBatch] {
        var merged: [LogBatch] = []
        for batch in batches {
            let first = batch.destroys + batch.resets.map(\.name) + batch.bases.map(\.name)
            if let last = merged.last, first.isEmpty || !last.names.contains(where: first.contains) {
                merged[merged.count - 1].append(batch)
            } else {
                merged.append(batch)
            }
        }
        return merged
    }

    /// Adds what another batch asks for, behind what is here; see `merged`.
    package mutating func append(_ other: LogBatch) {
        destroys += other.destroys
        resets += other.resets
        bases += other.bases
        appends += other.appends
        truncations += other.truncations
        hardStates += other.hardStates
    }
}
