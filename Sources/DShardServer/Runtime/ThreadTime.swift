import Foundation
import Raft

/// How busy a thread was.
enum ThreadTime {
    /// For how long the calling thread has had something to do since it began: it ran, or it waited for a processor.
    /// Nil where the system does not tell.
    static func busy() -> Interval? {
        // Three numbers: nanoseconds on a processor, nanoseconds in a run queue, time slices.
        guard let text = try? String(contentsOfFile: "/proc/thread-self/schedstat", encoding: .utf8) else { return nil }
        let numbers = text.split(separator: " ").prefix(2).compactMap { Int64($0) }
        guard numbers.count == 2 else { return nil }
        return Interval(nanoseconds: numbers[0] &+ numbers[1])
    }
}
