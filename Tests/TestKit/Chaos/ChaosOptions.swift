/// What a run of chaos consists of. The same options draw the same faults; the moments at which they meet the load
/// are the machine's.
package struct ChaosOptions: Sendable {
    /// How many processes.
    package var nodes = 5
    /// What everything is drawn from.
    package var seed: UInt64 = 1
    /// How long faults come; nil: until `rounds`.
    package var seconds: Double?
    /// How many rounds of faults; nil: until `seconds`.
    package var rounds: Int?
    /// What can go wrong.
    package var kinds = ChaosKind.allCases
    /// Operations a second.
    package var rate = 800
    /// The longest time a fault lasts, in milliseconds.
    package var faultMillisecondsMax = 3000
    /// Whether shards are split, merged and moved meanwhile: see `ShardChurn`. Each has three replicas then.
    package var isChurning = false

    package init() {}

    /// The command that does the same again.
    package var command: String {
        var text = "tools/chaos --nodes \(nodes) --seed \(seed)"
        if let seconds { text += " --minutes \(seconds / 60)" }
        if let rounds { text += " --rounds \(rounds)" }
        if kinds != ChaosKind.allCases { text += " --only \(kinds.map(\.rawValue).joined(separator: ","))" }
        if isChurning { text += " --shards living" }
        return text + " --rate \(rate) --fault-milliseconds \(faultMillisecondsMax)"
    }
}
