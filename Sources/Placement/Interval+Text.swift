internal import Raft

extension Interval {
    /// For people: in the largest unit that leaves at least two of it.
    var text: String {
        let seconds = nanoseconds / 1_000_000_000
        if seconds >= 7_200 { return "\(seconds / 3_600) h" }
        if seconds >= 120 { return "\(seconds / 60) min" }
        if seconds >= 2 { return "\(seconds) s" }
        return "\(milliseconds) ms"
    }
}
