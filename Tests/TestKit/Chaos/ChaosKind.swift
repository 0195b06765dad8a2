/// What can go wrong.
package enum ChaosKind: String, Sendable, CaseIterable {
    /// Processes are killed: one, some or all at once; or one that is just starting again.
    case kill, killSome, killAll, crashLoop
    /// Power goes off at some or all nodes.
    case powerLoss, powerLossAll
    /// A process stands still.
    case pause
    /// Every sync of a node takes long.
    case slowDisk
    /// One sync of a node fails.
    case failedSync
    /// A node's wall clock jumps.
    case wallJump
    /// The network falls in two parts.
    case partition
    /// One node hears nobody, or nobody hears it.
    case oneWay
    /// Each node reaches only its neighbours in a ring.
    case ring
    /// One node is alone.
    case isolate
    /// Some directions are slow.
    case delay
    /// Bytes between some nodes come one by one.
    case slice
    /// Connections are reset again and again.
    case reset

    /// Whether only the network is touched.
    var isOfNetwork: Bool {
        switch self {
        case .partition, .oneWay, .ring, .isolate, .delay, .slice, .reset: true
        default: false
        }
    }
}
