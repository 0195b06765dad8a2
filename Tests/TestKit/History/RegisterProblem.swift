/// One key's operations, reduced to what a search for an order has to look at.
///
/// The reductions, each of which keeps the answer:
/// - What certainly had no effect and saw nothing is left out: failed writes, gets without an answer.
/// - A value that somebody saw and only one operation can have written *was* written, before that somebody's answer:
///   an unknown write becomes a certain one, with an end.
/// - An unknown write whose value nobody saw is left out: that it never happened explains as much as that it did. Only
///   a cas that found its condition false could tell, so a key with such a cas keeps them.
/// - A cas that found its condition false is left out where the value it wanted cannot have been there.
/// - All values that nobody saw or asked for are one value, `unseen`.
struct RegisterProblem {
    /// A contradiction so plain that no search is needed.
    struct Contradiction: Error {
        var reason: String
        /// Indices into the operations given, the offending one first.
        var operations: [Int]
    }

    enum Action: Equatable {
        /// Legal when the register has this value.
        case read(Int)
        /// Legal when the register has any other value.
        case readOther(Int)
        /// Always legal; sets the register.
        case write(Int)
        /// Legal when the register has the first value; sets it to the second.
        case swap(Int, Int)
    }

    struct Operation {
        var action: Action
        var start: UInt64
        /// `.max` for an operation that may never take effect.
        var end: UInt64
        /// Whether it may be left out of the order.
        var isOptional: Bool
        /// The index of the operation it stands for.
        var source: Int
    }

    /// The register's value before the first operation, and after a delete.
    static let absent = 0
    /// Stands for every value that no operation saw or asked for.
    static let unseen = 1

    private(set) var operations: [Operation] = []
    /// All values are below this.
    private(set) var valueCount = 2
    /// Whether an operation can tell that an unseen value was there.
    private(set) var hasOtherReads = false

    init(_ source: [HistoryOperation], failedCASReads: Bool) throws(Contradiction) {
        var facts = Facts(source, failedCASReads: failedCASReads)
        try facts.propagate()
        facts.keepOtherReads()
        hasOtherReads = !facts.otherReads.isEmpty
        for index in source.indices {
            guard let action = facts.action(of: index) else { continue }
            let isOptional = source[index].outcome == .unknown && !facts.isCertain[index]
            operations.append(
                Operation(
                    action: action, start: source[index].start, end: isOptional ? .max : facts.end[index],
                    isOptional: isOptional, source: index))
        }
        valueCount = facts.valueCount
        operations.sort { ($0.start, $0.end, $0.source) < ($1.start, $1.end, $1.source) }
    }
}

extension RegisterProblem {
    /// The latest operation that must have found `value` there.
    func lastReader(of value: Int) -> Int? {
        operations.lastIndex { operation in
            switch operation.action {
            case .read(let wanted), .swap(let wanted, _): wanted == value && !operation.isOptional
            case .readOther, .write: false
            }
        }
    }
}

extension RegisterProblem {
    /// What is known for certain about each operation of a key.
    private struct Facts {
        let source: [HistoryOperation]
        let failedCASReads: Bool
        var isCertain: [Bool]
        var end: [UInt64]
        /// Each cas with a false condition that says something.
        private(set) var otherReads: Set<Int> = []
        /// Who may have written a value.
        private var writers: [String: [Int]] = [:]
        /// Values that a successful read or swap saw.
        private var seen: Set<String> = []
        /// Values that are asked for without being seen for certain.
        private var asked: Set<String> = []
        private var numbers: [String: Int] = [:]
        /// Values still to be traced to their writer: the value, and who saw it.
        private var witnesses: [(value: String, by: Int)] = []

        init(_ source: [HistoryOperation], failedCASReads: Bool) {
            self.source = source
            self.failedCASReads = failedCASReads
            isCertain = source.map { $0.outcome == .ok }
            end = source.map { max($0.start, $0.end) }
            for (index, operation) in source.enumerated() {
                switch (operation.kind, operation.outcome) {
                case (.put, .ok), (.put, .unknown), (.cas, .ok), (.cas, .unknown):
                    if let value = operation.value { writers[value, default: []].append(index) }
                default:
                    break
                }
                guard operation.outcome == .ok else { continue }
                if operation.kind == .get, let found = operation.found { witnesses.append((found, index)) }
                if operation.kind == .cas, let expect = operation.expect { witnesses.append((expect, index)) }
            }
        }

        /// Draws every conclusion from "this value was seen by then".
        mutating func propagate() throws(Contradiction) {
            while let (value, by) = witnesses.popLast() {
                seen.insert(value)
                guard let candidates = writers[value] else {
                    throw Contradiction(reason: "a value that was never written", operations: [by])
                }
                guard candidates.count == 1, let writer = candidates.first, writer != by else { continue }
                if source[writer].start > end[by] {
                    throw Contradiction(reason: "a value from the future", operations: [by, writer])
                }
                let bound = isCertain[writer] ? min(end[writer], end[by]) : end[by]
                guard !isCertain[writer] || bound < end[writer] else { continue }
                isCertain[writer] = true
                end[writer] = bound
                if source[writer].kind == .cas, let expect = source[writer].expect {
                    witnesses.append((expect, writer))
                }
            }
        }

        /// Finds the false conditions that the search has to look at.
        mutating func keepOtherReads() {
            guard failedCASReads else { return }
            // Certain writes by their end, with the latest start of all up to each.
            var latestStart: [(end: UInt64, start: UInt64)] = []
            for index in source.indices.filter(isCertainWrite).sorted(by: { end[$0] < end[$1] }) {
                latestStart.append((end[index], max(latestStart.last?.start ?? 0, source[index].start)))
            }
            for index in source.indices where source[index].kind == .cas && source[index].outcome == .failed {
                let ended = latestStart.partitioningIndex { $0.end >= source[index].start }
                let overwrittenSince = ended > 0 ? latestStart[ended - 1].start : 0
                guard mayHaveBeenThere(source[index].expect, at: index, overwrittenSince) else { continue }
                otherReads.insert(index)
            }
            for index in source.indices where otherReads.contains(index) || isUnseenSwap(index) {
                if let expect = source[index].expect { asked.insert(expect) }
            }
        }

        private func isCertainWrite(_ index: Int) -> Bool { isCertain[index] && source[index].kind != .get }

        private func isUnseenSwap(_ index: Int) -> Bool {
            source[index].kind == .cas && source[index].outcome == .unknown && matters(index)
        }

        /// Whether the value can have been the register's during the operation, before which a write that began at
        /// `overwrittenSince` had ended.
        private func mayHaveBeenThere(_ value: String?, at index: Int, _ overwrittenSince: UInt64) -> Bool {
            guard let value else { return true }
            return (writers[value] ?? []).contains { writer in
                let isOver = isCertain[writer] && end[writer] < overwrittenSince
                return source[writer].start <= end[index] && !isOver
            }
        }

        var valueCount: Int { numbers.count + unseen + 1 }

        /// What the search has to place for an operation; nil for nothing.
        mutating func action(of index: Int) -> Action? {
            let operation = source[index]
            switch operation.kind {
            case .get:
                return operation.outcome == .ok ? .read(number(operation.found)) : nil
            case .delete:
                return operation.outcome == .failed ? nil : .write(absent)
            case .put:
                guard operation.outcome != .failed, matters(index) else { return nil }
                return .write(number(operation.value))
            case .cas where operation.outcome == .failed:
                return otherReads.contains(index) ? .readOther(number(operation.expect)) : nil
            case .cas:
                guard matters(index) else { return nil }
                return .swap(number(operation.expect), number(operation.value))
            }
        }

        private func matters(_ index: Int) -> Bool {
            isCertain[index] || !otherReads.isEmpty || source[index].value.map(seen.contains) == true
        }

        private mutating func number(_ value: String?) -> Int {
            guard let value else { return absent }
            if let known = numbers[value] { return known }
            guard seen.contains(value) || asked.contains(value) else { return unseen }
            let number = valueCount
            numbers[value] = number
            return number
        }
    }
}

extension Array {
    /// The first index whose element, and every later one, meets the condition.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
