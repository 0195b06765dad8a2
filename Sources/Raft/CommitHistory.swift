/// Where the commit index stood within the last `span`: what a learner is measured against (rule 28).
///
/// A dozen marks at most. Marks closer together than an eighth of the span are one, at the earlier time with the later
/// index, so that the answer is never less than the truth.
struct CommitHistory: Sendable {
    private var marks: [(at: Instant, index: LogIndex)] = []

    /// The commit index is `index` from `now` on.
    mutating func note(_ index: LogIndex, now: Instant, span: Interval) {
        if let last = marks.last, now < last.at + Interval(nanoseconds: span.nanoseconds / 8) {
            marks[marks.count - 1].index = index
        } else {
            marks.append((now, index))
        }
        let start = now + Interval(nanoseconds: -span.nanoseconds)
        while marks.count > 1, marks[1].at <= start { marks.removeFirst() }
    }

    /// The commit index at `instant`, or a later one; nil when the history does not reach back so far.
    func index(at instant: Instant) -> LogIndex? {
        marks.last { $0.at <= instant }?.index
    }
}
