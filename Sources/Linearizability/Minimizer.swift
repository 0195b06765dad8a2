/// Finds a small part of one key's operations that is not linearizable by itself.
///
/// First the shortest prefix by time: what ended later counts as still under way. Then operations are dropped, in
/// large pieces first, as long as the rest offends (delta debugging). Only what keeps the proof is dropped, so that a
/// rest that offends shows that the whole does:
/// - An operation that only observes may always go.
/// - A write may go when nobody in the rest can have seen it do its work: nobody observes the value it leaves, or only
///   after another write of the rest, which began after this one had ended. In a legal order of the whole, the write
///   that each observer of the rest saw is then still there, so the order stays legal without the others. A failed
///   compare-and-set, which says that a value was *not* there, counts as an observer of every value.
struct Minimizer {
    /// Writes that one check may place: less than for the verdict, since there are many checks.
    static let stepsMax = 1_000_000

    /// Operations that all checks together may look at: a few seconds.
    private static let workMax = 20_000_000

    /// Of one key, sorted by start, each with a part in the verdict.
    private let operations: [HistoryOperation]
    private var checker: RegisterChecker
    /// What ended later counts as under way.
    private var cut = Int64.max
    private var work = 0

    /// For `operations` that are not linearizable.
    init(_ operations: [HistoryOperation], _ checker: RegisterChecker) {
        self.operations = operations
        self.checker = checker
    }

    /// The smallest part it can find in bounded time, in the order of start.
    mutating func run() -> [HistoryOperation] {
        findCut()
        var rest = operations.indices.filter { view(operations[$0]) != nil }
        var size = rest.count / 2
        while size > 0 {
            let hasDropped = dropPieces(of: size, from: &rest)
            if size > 1 {
                size = max(1, size / 4)
            } else if !hasDropped {
                break
            }
        }
        return rest.map { operations[$0] }
    }

    /// Finds the first return that no order explains. Every part of time of a linearizable history is linearizable, so
    /// halving finds it.
    private mutating func findCut() {
        let ends = operations.lazy.filter { $0.outcome != .unknown }.map(\.end).sorted()
        var (low, high) = (0, ends.count - 1)
        while low < high {
            let middle = low + (high - low) / 2
            cut = ends[middle]
            if offends(Array(operations.indices)) { high = middle } else { low = middle + 1 }
        }
        // What ended at the same moment was cut with it.
        cut = low < ends.count ? ends[low] : .max
        if !offends(Array(operations.indices)) { cut = .max }
    }

    /// The operation as it stands at the cut; nil for what had not begun or could not say anything yet.
    private func view(_ operation: HistoryOperation) -> HistoryOperation? {
        guard operation.start <= cut else { return nil }
        guard operation.end > cut, operation.outcome != .unknown else { return operation }
        guard operation.written != nil else { return nil }
        var running = operation
        running.outcome = .unknown
        return running
    }

    private mutating func offends(_ indices: [Int]) -> Bool {
        work += indices.count
        return checker.check(indices.compactMap { view(operations[$0]) }) == .exhausted
    }

    /// Tries to drop each piece of `size` neighbours, the last first: what led to the offence is mostly near its end.
    private mutating func dropPieces(of size: Int, from rest: inout [Int]) -> Bool {
        var hasDropped = false
        var end = rest.count
        while end > 0, work < Minimizer.workMax {
            let piece = max(0, end - size)..<end
            end = piece.lowerBound
            let kept = keptPart(of: piece, in: rest)
            guard kept.count < rest.count, offends(kept) else { continue }
            rest = kept
            hasDropped = true
        }
        return hasDropped
    }

    /// What has to stay when as much as possible of `piece` goes.
    private func keptPart(of piece: Range<Int>, in rest: [Int]) -> [Int] {
        var isKept = rest.indices.map { !piece.contains($0) }
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            let sights = Sights(rest.indices.lazy.filter { isKept[$0] }.map { operations[rest[$0]] }, cut: cut)
            for position in piece where !isKept[position] && sights.need(operations[rest[position]]) {
                isKept[position] = true
                hasChanged = true
            }
        }
        return rest.indices.filter { isKept[$0] }.map { rest[$0] }
    }
}
