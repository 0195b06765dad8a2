package import Wire

/// Why a connection ended.
package enum CloseReason: Equatable, Sendable {
    /// The other side closed or reset it: a hint that its process is gone, never a proof (rule 3).
    case closedByPeer
    /// This side closed it because it was told to.
    case closedLocally
    /// A newer connection of the same peer and role took its place.
    case replaced
    /// The operating system reported this error number.
    case failed(errno: Int32)
    /// What arrived is no frame: wrong preface, bad checksum, too long.
    case garbage(WireError)
    /// The other side did not introduce itself in time.
    case helloTimeout
    /// A frame began and did not end in time.
    case frameTimeout
    /// The other side does not read: too much waits to be sent.
    case pendingOverflow
    /// This side refused the introduction, or the other side refused ours.
    case refused
}
