package import Raft

/// A node with the figure that a decision was based on.
package struct NodeFigure<Figure: Hashable & Sendable>: Hashable, Sendable, CustomStringConvertible {
    package var node: NodeID
    /// As planned, that is after the operators that run.
    package var figure: Figure

    package init(_ node: NodeID, _ figure: Figure) {
        self.node = node
        self.figure = figure
    }

    package var description: String { "node \(node) (\(figure))" }
}
