/// Why a shard is as it is, as far as placement goes; what `admin why` shows.
package struct Explanation: Sendable {
    /// The operator that runs, with the number of its next step; nil once that has come to an end.
    package let running: (planned: Operator, next: Int)?
    /// What the next pass would plan for it.
    package let planned: Operator?
    /// What should be done and cannot.
    package let obstacles: [Obstacle]
}

extension Explanation: CustomStringConvertible {
    package var description: String {
        var lines: [String] = []
        if let running {
            lines.append("runs: \(running.planned), at step \(running.next + 1) of \(running.planned.steps.count)")
        }
        if let planned { lines.append("next: \(planned)") }
        lines += obstacles.map { "obstacle: \($0)" }
        return lines.isEmpty ? "nothing to do" : lines.joined(separator: "\n")
    }
}
