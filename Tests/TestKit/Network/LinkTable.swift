import Synchronization

/// The rules of all directions, for everybody who forwards bytes.
final class LinkTable: Sendable {
    private let rules = Mutex<[Direction: LinkRule]>([:])

    func rule(for direction: Direction) -> LinkRule { rules.withLock { $0[direction] ?? .open } }

    /// Replaces all rules; a direction that is not named is open.
    func replace(with new: [Direction: LinkRule]) { rules.withLock { $0 = new } }
}
