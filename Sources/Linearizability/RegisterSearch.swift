/// Looks for an order of one register's operations that respects time and that every read can live with: Wing and
/// Gong's walk over a list of calls and returns with Lowe's memory of configurations that led nowhere ("Testing for
/// linearizability", 2017).
///
/// A depth-first walk: whatever was called before the first return still in the list may come next. Of all orders it
/// tries only these, which are enough:
/// - A read that is legal now is placed at once, since placing it early forbids nothing.
/// - Before a plain write all unseen values that may go there do, since it hides them. (Where a compare-and-set found
///   its condition false, the other way is tried too, later.)
/// - A value is not overwritten while somebody still has to see it and nobody is left to write it again.
/// - What may never have happened is tried last, and only right before something that it makes legal.
///
/// What the first return in the list waits for is tried before everything else (Lowe's linearization just in time): the
/// rest can wait.
struct RegisterSearch {
    enum Outcome: Equatable {
        /// There is an order.
        case found
        /// There is none.
        case exhausted
        /// A limit was reached first.
        case gaveUp
    }

    /// One choice of the walk, and what is needed to take it back.
    struct Step {
        var operation: Int32
        var valueBefore: Int32
        /// How many unseen writes were placed before it; they are the last of `hidden`.
        var hiddenCount: Int32
        /// A read: there was no choice, so there is nothing to try instead.
        var isForced: Bool
        /// It was tried out of its turn, so all others are still to be tried instead.
        var isUrgent = false
    }

    var operations: [RegisterOperation] = []
    var hasOtherReads = false
    var events = EventList()
    var placed = OperationSet()
    var value = RegisterOperation.absent
    var failed = FailedConfigurations()
    var steps: [Step] = []
    var hidden: [Int] = []
    /// Certain operations that still have to be placed.
    var remaining = 0
    /// Optional deletes differ only in when they may begin, so they are used in that order and no other.
    var optionalDeletes: [Int] = []
    var optionalDeletesPlaced = 0
    /// By value: how many certain reads and swaps still have to see it, and how many operations may still write it.
    var readersLeft: [Int32] = []
    var writersLeft: [Int32] = []

    /// Searches to the end, or to a limit. Its memory serves problem after problem.
    mutating func run(_ problem: RegisterProblem, limits: SearchLimits) -> Outcome {
        take(problem)
        placeReads()
        var stepCount = 0
        var cursor = Cursor(position: firstEvent)
        while remaining > 0 {
            if placeNext(cursor) {
                stepCount += 1
                guard stepCount < limits.steps, failed.byteCount <= limits.bytes else { return .gaveUp }
                placeReads()
                cursor = Cursor(position: firstEvent)
            } else if cursor.isUrgent {
                cursor.isUrgent = false
            } else if events.isCall(cursor.position) {
                cursor.position = events.next(cursor.position)
                cursor.mayHide = true
            } else if !cursor.wantsOptional {
                cursor.wantsOptional = true
                cursor.position = firstEvent
            } else {
                guard let undone = undo() else { return .exhausted }
                cursor = self.cursor(after: undone)
            }
        }
        return .found
    }
}

extension RegisterSearch {
    /// What is to be tried next.
    private struct Cursor {
        var position: Int32
        /// The operation that the first return waits for, before those at `position` and behind.
        var isUrgent = true
        /// Whether it is the turn of the operations that may be left out.
        var wantsOptional = false
        /// Whether the operation at `position` may hide unseen writes.
        var mayHide = true
    }

    private var firstEvent: Int32 { events.next(EventList.head) }

    private mutating func placeNext(_ cursor: Cursor) -> Bool {
        if cursor.isUrgent {
            guard let urgent, advance(with: urgent, hiding: true) else { return false }
            steps[steps.count - 1].isUrgent = true
            return true
        }
        guard events.isCall(cursor.position) else { return false }
        let index = events.operation(cursor.position)
        guard operations[index].isOptional == cursor.wantsOptional else { return false }
        return (cursor.mayHide && advance(with: index, hiding: true))
            || (hasOtherReads && advance(with: index, hiding: false))
    }

    /// The alternatives to a step that led nowhere.
    private func cursor(after undone: Step) -> Cursor {
        guard !undone.isUrgent else { return Cursor(position: firstEvent, isUrgent: false) }
        // The same operation again, this time hiding nothing; where that is no difference it has failed.
        let index = Int(undone.operation)
        return Cursor(
            position: events.call(of: index), isUrgent: false, wantsOptional: operations[index].isOptional,
            mayHide: false)
    }
}

extension RegisterSearch {
    private mutating func take(_ problem: RegisterProblem) {
        operations = problem.operations
        hasOtherReads = problem.hasOtherReads
        events.take(operations)
        placed.take(operations)
        value = RegisterOperation.absent
        failed.removeAll()
        steps.removeAll(keepingCapacity: true)
        hidden.removeAll(keepingCapacity: true)
        remaining = 0
        optionalDeletes.removeAll(keepingCapacity: true)
        optionalDeletesPlaced = 0
        readersLeft.removeAll(keepingCapacity: true)
        readersLeft.append(contentsOf: repeatElement(0, count: Int(problem.valueCount)))
        writersLeft.removeAll(keepingCapacity: true)
        writersLeft.append(contentsOf: repeatElement(0, count: Int(problem.valueCount)))
        for (index, operation) in operations.enumerated() {
            count(operation, 1)
            if isOptionalDelete(index) { optionalDeletes.append(index) }
        }
    }

    /// Places every read that may come next and is legal.
    private mutating func placeReads() {
        var position = events.next(EventList.head)
        while events.isCall(position) {
            let index = events.operation(position)
            let isLegal =
                switch operations[index].action {
                case .read: operations[index].wanted == value
                case .readOther: operations[index].wanted != value
                case .write, .swap: false
                }
            if isLegal {
                let before = events.previous(position)
                place(index)
                steps.append(
                    Step(
                        operation: Int32(truncatingIfNeeded: index), valueBefore: value, hiddenCount: 0,
                        isForced: true))
                // Not what stood next before: that may have been the read's own return.
                position = events.next(before)
            } else {
                position = events.next(position)
            }
        }
    }

    /// Places a write next, if it is legal and leads to where the walk has not failed before.
    private mutating func advance(with index: Int, hiding: Bool) -> Bool {
        let operation = operations[index]
        let before = value
        switch operation.action {
        case .read, .readOther: return false
        case .write: break
        case .swap: guard operation.wanted == before else { return false }
        }
        let after = operation.written
        if before != after, isStillNeeded(before, besides: operation) { return false }
        if operation.isOptional, !isUseful(index, from: before, to: after) { return false }
        let hiddenCount = hiding && operation.action == .write ? placeHidden(before: index) : 0
        place(index)
        if failed.contains(placed, value: after) {
            putBack(index, hiddenCount)
            return false
        }
        value = after
        steps.append(
            Step(
                operation: Int32(truncatingIfNeeded: index), valueBefore: before, hiddenCount: hiddenCount,
                isForced: false))
        return true
    }

    /// What the first return in the list waits for: itself, or the certain write of the value that it wants to see.
    private var urgent: Int? {
        var position = events.next(EventList.head)
        while events.isCall(position) { position = events.next(position) }
        guard position != EventList.none else { return nil }
        var index = events.operation(position)
        for _ in 0..<RegisterSearch.chainMax {
            let operation = operations[index]
            switch operation.action {
            case .write: return index
            case .readOther: return nil
            case .swap where operation.wanted == value: return index
            case .read, .swap:
                guard let writer = firstWriter(of: operation.wanted) else { return nil }
                index = writer
            }
        }
        return nil
    }

    /// How many swaps may lead to the value that is waited for; beyond that the order of trying is as good as any.
    private static let chainMax = 16

    /// The first certain operation that may come next and writes `wanted`.
    private func firstWriter(of wanted: Int32) -> Int? {
        var position = events.next(EventList.head)
        while events.isCall(position) {
            let index = events.operation(position)
            let operation = operations[index]
            let isWriter = operation.action == .write || operation.action == .swap
            if isWriter, operation.written == wanted, !operation.isOptional { return index }
            position = events.next(position)
        }
        return nil
    }

    /// Whether another operation than `operation`, which overwrites `current`, still has to see it, and nobody is left
    /// to write it again.
    private func isStillNeeded(_ current: Int32, besides operation: RegisterOperation) -> Bool {
        let isReader = operation.action == .swap && !operation.isOptional
        return readersLeft[Int(current)] > (isReader ? 1 : 0) && writersLeft[Int(current)] == 0
    }

    /// Whether an operation that may be left out makes something legal that was not.
    private func isUseful(_ index: Int, from before: Int32, to after: Int32) -> Bool {
        guard before != after else { return false }
        if isOptionalDelete(index), optionalDeletes[optionalDeletesPlaced] != index { return false }
        var position = events.next(EventList.head)
        while events.isCall(position) {
            let candidate = events.operation(position)
            let operation = operations[candidate]
            switch operation.action {
            case .read where operation.wanted == after: return true
            case .readOther where operation.wanted == before: return true
            case .swap where operation.wanted == after && candidate != index: return true
            default: position = events.next(position)
            }
        }
        return false
    }

    /// Places the writes of unseen values that may come before the plain write `index`, which hides them; says how
    /// many.
    private mutating func placeHidden(before index: Int) -> Int32 {
        var count: Int32 = 0
        var position = events.next(EventList.head)
        while events.isCall(position) {
            let candidate = events.operation(position)
            if candidate != index, !operations[candidate].isOptional,
                operations[candidate].isWrite(of: RegisterOperation.unseen)
            {
                let before = events.previous(position)
                place(candidate)
                hidden.append(candidate)
                count += 1
                position = events.next(before)
            } else {
                position = events.next(position)
            }
        }
        return count
    }
}
