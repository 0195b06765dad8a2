/// From whom to whom bytes travel: numbers of nodes, or zero for whoever is none.
package struct Direction: Hashable, Sendable, CustomStringConvertible {
    /// Who sends.
    package var from: Int
    /// Who receives.
    package var to: Int

    package init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }

    /// Clients, and nodes that have no number yet.
    package static let outside = 0

    package var description: String { "\(from)→\(to)" }
}
