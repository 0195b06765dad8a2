import Keyspace
import Placement
import Raft

/// The words of golden scripts.
enum Text {
    /// The words `name=value` among others.
    static func settings(_ words: [String]) -> [(name: String, value: String)] {
        words.compactMap { word in
            guard let equals = word.firstIndex(of: "=") else { return nil }
            return (String(word[..<equals]), String(word[word.index(after: equals)...]))
        }
    }

    static func interval(_ text: String) throws -> Interval {
        for (unit, seconds) in [("min", Int64(60)), ("h", 3_600), ("s", 1)] where text.hasSuffix(unit) {
            guard let count = Int64(text.dropLast(unit.count)) else { continue }
            return .seconds(count * seconds)
        }
        throw Story.Failure(text: "no time: \(text)")
    }

    static func bytes(_ text: String) throws -> ByteCount {
        guard let count = UInt64(text.dropLast(3)) else { throw Story.Failure(text: "no size: \(text)") }
        if text.hasSuffix("MiB") { return .mebibytes(count) }
        if text.hasSuffix("GiB") { return .gibibytes(count) }
        throw Story.Failure(text: "no size: \(text)")
    }

    static func key(_ text: String) -> Key { Key.user(Array(text.utf8)) }

    static func range(_ start: String, _ end: String) -> KeyRange {
        KeyRange(start: start == "-" ? .userStart : key(start), end: end == "-" ? .end : key(end))
    }

    static func range(_ range: KeyRange) -> String {
        if range == .system { return "system" }
        let start = range.start == .userStart ? "-" : KeyText.encode(range.start.userBytes ?? [])
        let end = range.end == .end ? "-" : KeyText.encode(range.end.userBytes ?? [])
        return "\(start)…\(end)"
    }

    /// Replica 4 on node 2 is `4@2`.
    static func members(_ members: [Member]) -> String {
        members.map { "\($0.replica)@\($0.node)" }.joined(separator: ",")
    }

    static func progress(_ progress: Operator.Progress, of planned: Operator) -> String {
        switch progress {
        case .finished: "finished"
        case .failed(let failure): "failed, \(failure)"
        case .running(let step): "next \(planned.steps[step].action)"
        }
    }
}
