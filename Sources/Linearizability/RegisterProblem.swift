/// One key's operations, reduced to what a search for an order has to look at. Its memory serves key after key.
///
/// The reductions, each of which keeps the answer:
/// - What certainly had no effect and saw nothing is left out: failed writes, gets without an answer.
/// - A value that somebody saw and only one operation can have written *was* written, before that somebody's answer:
///   an unknown write becomes a certain one, with an end.
/// - An unknown write whose value nobody saw is left out: take an order in which it took effect, and take it out. What
///   came between it and the next write saw nothing of the register, or it would have seen that value, so the order is
///   still legal. Only a compare-and-set that found its condition false could tell, so a key with such a one keeps
///   them.
/// - For the same reason an unknown delete is left out that began after the last operation that found the key absent.
/// - A compare-and-set that found its condition false is left out where the value it wanted cannot have been there.
/// - All values that nobody saw or asked for are one value, `unseen`.
struct RegisterProblem {
    /// Sorted by start.
    private(set) var operations: [RegisterOperation] = []
    /// All values are below this.
    private(set) var valueCount = RegisterOperation.commonValueCount
    /// Whether an operation can tell that an unseen value was there.
    private(set) var hasOtherReads = false

    private var values: ValueFacts
    /// The operations of the key, sorted by start.
    private var source: [HistoryOperation] = []
    /// By operation: whether it took effect for certain, and when at the latest.
    private var isCertain: [Bool] = []
    private var end: [Int64] = []
    private var isOtherRead: [Bool] = []
    /// Values still to be traced to their writer, and who saw them.
    private var witnesses: [(value: ValueNumber, operation: Int)] = []
    /// The latest end of an operation that found, or may have found, the key absent.
    private var lastSightOfAbsence = Int64.min

    /// For keys of a history with so many values.
    init(valueCount: Int) { values = ValueFacts(valueCount: valueCount) }

    /// Takes up the next key; `operations` are sorted by start. False for a contradiction so plain that no search is
    /// needed: somebody saw a value that nobody can have written by then.
    mutating func take(_ operations: [HistoryOperation], failedCASReads: Bool) -> Bool {
        source = operations
        defer { values.reset() }
        learn()
        guard propagate() else { return false }
        hasOtherReads = false
        isOtherRead.removeAll(keepingCapacity: true)
        isOtherRead.append(contentsOf: repeatElement(false, count: source.count))
        if failedCASReads { keepOtherReads() }
        noteQuestions()
        reduce()
        return true
    }
}

extension RegisterProblem {
    private mutating func learn() {
        isCertain.removeAll(keepingCapacity: true)
        end.removeAll(keepingCapacity: true)
        witnesses.removeAll(keepingCapacity: true)
        values.begin(operationCount: source.count)
        for (index, operation) in source.enumerated() {
            isCertain.append(operation.outcome == .ok)
            end.append(operation.end)
            if let written = operation.written, written != .absent { values.addWriter(index, of: written) }
            if let seen = operation.seen, seen != .absent { witnesses.append((seen, index)) }
        }
    }

    /// Draws every conclusion from "this value was seen by then"; false when one is impossible.
    private mutating func propagate() -> Bool {
        while let (value, witness) = witnesses.popLast() {
            values.noteSeen(value)
            guard let writer = values.firstWriter(of: value) else { return false }
            guard !values.hasOtherWriter(than: writer), writer != witness else { continue }
            guard source[writer].start <= end[witness] else { return false }
            let bound = isCertain[writer] ? min(end[writer], end[witness]) : end[witness]
            guard !isCertain[writer] || bound < end[writer] else { continue }
            isCertain[writer] = true
            end[writer] = bound
            if source[writer].kind == .compareAndSet, source[writer].observed != .absent {
                witnesses.append((source[writer].observed, writer))
            }
        }
        return true
    }

    /// Finds the false conditions that the search has to look at.
    private mutating func keepOtherReads() {
        guard source.contains(where: { $0.kind == .compareAndSet && $0.outcome == .failed }) else { return }
        // Certain writes by their end, with the latest start of all up to each.
        var overwritten: [(end: Int64, start: Int64)] = []
        for index in source.indices.filter({ isCertain[$0] && source[$0].kind != .get })
            .sorted(by: { (end[$0], $0) < (end[$1], $1) })
        {
            overwritten.append((end[index], max(overwritten.last?.start ?? .min, source[index].start)))
        }
        for (index, operation) in source.enumerated() {
            guard operation.kind == .compareAndSet, operation.outcome == .failed else { continue }
            let ended = overwritten.partitioningIndex { $0.end >= operation.start }
            let since = ended > 0 ? overwritten[ended - 1].start : Int64.min
            guard mayHaveBeenThere(operation.observed, during: operation, overwrittenSince: since) else { continue }
            isOtherRead[index] = true
            hasOtherReads = true
        }
    }

    /// Whether the value can have been the register's during the operation, before which a write that began at `since`
    /// had ended.
    private func mayHaveBeenThere(
        _ value: ValueNumber, during operation: HistoryOperation, overwrittenSince since: Int64
    ) -> Bool {
        guard value != .absent else { return true }
        var next = values.firstWriter(of: value)
        while let writer = next {
            let isOver = isCertain[writer] && end[writer] < since
            if source[writer].start <= operation.end, !isOver { return true }
            next = values.writer(after: writer)
        }
        return false
    }

    /// Notes the values that are asked for without being seen for certain, and until when absence is.
    private mutating func noteQuestions() {
        lastSightOfAbsence = .min
        for (index, operation) in source.enumerated() where operation.kind == .get || operation.kind == .compareAndSet {
            let isUnknownSwap = operation.outcome == .unknown && operation.kind == .compareAndSet && matters(index)
            if operation.observed != .absent {
                if isOtherRead[index] || isUnknownSwap { values.noteAsked(operation.observed) }
            } else if isCertain[index] || isUnknownSwap {
                lastSightOfAbsence = max(lastSightOfAbsence, isCertain[index] ? end[index] : .max)
            }
        }
    }

    /// Whether somebody can tell that the write happened.
    private func matters(_ index: Int) -> Bool {
        if isCertain[index] || hasOtherReads { return true }
        if source[index].kind == .delete { return source[index].start <= lastSightOfAbsence }
        return values.isSeen(source[index].value)
    }

    private mutating func reduce() {
        operations.removeAll(keepingCapacity: true)
        valueCount = RegisterOperation.commonValueCount
        for (index, operation) in source.enumerated() {
            guard let action = action(of: index) else { continue }
            let isOptional = !isCertain[index] && operation.outcome == .unknown
            operations.append(
                RegisterOperation(
                    action: action, isOptional: isOptional,
                    wanted: values.number(of: operation.observed, &valueCount),
                    written: values.number(of: operation.value, &valueCount),
                    start: operation.start, end: isOptional ? .max : end[index]))
        }
    }

    /// What the search has to place for an operation; nil for nothing.
    private func action(of index: Int) -> RegisterOperation.Action? {
        let operation = source[index]
        switch (operation.kind, operation.outcome) {
        case (.get, .ok): return .read
        case (.compareAndSet, .failed): return isOtherRead[index] ? .readOther : nil
        case (_, .failed), (.get, .unknown): return nil
        case (.put, _), (.delete, _): return matters(index) ? .write : nil
        case (.compareAndSet, _): return matters(index) ? .swap : nil
        }
    }
}

extension Array {
    /// The first index whose element, and every later one, meets the condition.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
