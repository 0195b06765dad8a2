/// Looks for an order of one register's operations that respects time and that every read can live with.
///
/// A depth-first walk: whatever was called before the first return still in the list may come next. It is kept short:
/// - A read that is legal now is taken at once, since taking it early forbids nothing.
/// - Before a plain write all unseen values that may go there do, since it hides them. (Where a cas found its condition
///   false, the other way is tried too, later.)
/// - A value is not overwritten while somebody still has to see it and nobody is left to write it again.
/// - What may never have happened is tried last, and only right before something that it makes legal.
/// - A pair of (operations taken, value) that was reached once is not entered again; of the set only a 128-bit sum of
///   random numbers, one per operation, is remembered.
struct RegisterSearch {
    enum Outcome: Equatable {
        case found
        /// No order exists. The walk that came furthest could not place `blocked` when the register had `value`.
        case exhausted(blocked: Int, value: Int)
        /// The limit of steps was reached first.
        case gaveUp
    }

    private struct Fingerprint: Hashable {
        var high: UInt64 = 0
        var low: UInt64 = 0

        mutating func toggle(_ operation: Int) {
            high ^= SeededGenerator.mix(UInt64(operation) &* 2 &+ 0x1234_5678_9ABC_DEF1)
            low ^= SeededGenerator.mix(UInt64(operation) &* 2 &+ 0x0FED_CBA9_8765_4322)
        }
    }

    private struct Visited: Hashable {
        var taken: Fingerprint
        var value: Int
    }

    private struct Step {
        var operation: Int
        var valueBefore: Int
        /// Operations taken along: unseen writes before this one.
        var hidden: [Int]
        /// A read: there was no choice, so there is nothing to try instead.
        var isForced: Bool
    }

    private let operations: [RegisterProblem.Operation]
    private let hasOtherReads: Bool
    private let stepLimit: Int
    private var events: EventList
    private var value = RegisterProblem.absent
    private var taken = Fingerprint()
    private var visited: Set<Visited> = []
    private var steps: [Step] = []
    /// Operations that still have to be placed.
    private var remaining = 0
    private var stepCount = 0
    private var furthest: (event: Int32, operation: Int, value: Int) = (EventList.none, 0, RegisterProblem.absent)
    /// Optional deletes differ only in when they may begin, so they are used in that order and no other.
    private let optionalDeletes: [Int]
    private var optionalDeletesTaken = 0
    /// By value: how many certain reads and swaps still have to see it, and how many operations may still write it.
    private var readersLeft: [Int]
    private var writersLeft: [Int]

    init(_ problem: RegisterProblem, stepLimit: Int) {
        operations = problem.operations
        hasOtherReads = problem.hasOtherReads
        self.stepLimit = stepLimit
        events = EventList(problem.operations)
        optionalDeletes = problem.operations.indices.filter {
            problem.operations[$0].isOptional && problem.operations[$0].action == .write(RegisterProblem.absent)
        }
        readersLeft = Array(repeating: 0, count: problem.valueCount)
        writersLeft = readersLeft
        for operation in problem.operations { count(operation, 1) }
    }

    /// Searches to the end.
    mutating func run() -> Outcome {
        takeReads()
        var position = events.next(EventList.head)
        var wantsOptional = false
        var mayHide = true
        while remaining > 0 {
            if position != EventList.none, events.isCall(position) {
                let operation = events.operation(position)
                if operations[operation].isOptional == wantsOptional,
                    (mayHide && advance(with: operation, hiding: true))
                        || (hasOtherReads && advance(with: operation, hiding: false))
                {
                    guard stepCount < stepLimit else { return .gaveUp }
                    takeReads()
                    position = events.next(EventList.head)
                    wantsOptional = false
                } else {
                    position = events.next(position)
                }
                mayHide = true
                continue
            }
            noteBlocked(at: position)
            if !wantsOptional {
                wantsOptional = true
                position = events.next(EventList.head)
                continue
            }
            guard let undone = undo() else { return exhausted }
            // The same operation again, this time hiding nothing; where that is no difference it was visited.
            position = events.call(of: undone)
            mayHide = false
            wantsOptional = operations[undone].isOptional
        }
        return .found
    }
}

extension RegisterSearch {
    /// Takes every read that may come next and is legal.
    private mutating func takeReads() {
        var position = events.next(EventList.head)
        while position != EventList.none, events.isCall(position) {
            let operation = events.operation(position)
            let isLegal =
                switch operations[operation].action {
                case .read(let wanted): wanted == value
                case .readOther(let unwanted): unwanted != value
                case .write, .swap: false
                }
            if isLegal {
                let before = events.previous(position)
                take(operation)
                steps.append(Step(operation: operation, valueBefore: value, hidden: [], isForced: true))
                // Not what stood next before: that may have been the read's own return.
                position = events.next(before)
            } else {
                position = events.next(position)
            }
        }
    }

    /// Takes a write next, if it is legal and leads to where the walk has not been.
    private mutating func advance(with operation: Int, hiding: Bool) -> Bool {
        let before = value
        let after: Int
        switch operations[operation].action {
        case .read, .readOther:
            return false
        case .write(let new):
            after = new
        case .swap(let wanted, let new):
            guard wanted == before else { return false }
            after = new
        }
        if operations[operation].isOptional, !isUseful(operation, from: before, to: after) { return false }
        let hidden = hiding ? takeHidden(before: operation) : []
        take(operation)
        let isDeadEnd = before != after && readersLeft[before] > 0 && writersLeft[before] == 0
        guard !isDeadEnd, visited.insert(Visited(taken: taken, value: after)).inserted else {
            putBack(operation)
            for unseen in hidden.reversed() { putBack(unseen) }
            return false
        }
        value = after
        stepCount += 1
        steps.append(Step(operation: operation, valueBefore: before, hidden: hidden, isForced: false))
        return true
    }

    /// Whether an operation that may be left out makes something legal that was not.
    private func isUseful(_ operation: Int, from before: Int, to after: Int) -> Bool {
        guard before != after else { return false }
        if operations[operation].action == .write(RegisterProblem.absent),
            optionalDeletes[optionalDeletesTaken] != operation
        {
            return false
        }
        var position = events.next(EventList.head)
        while position != EventList.none, events.isCall(position) {
            let candidate = events.operation(position)
            switch operations[candidate].action {
            case .read(let wanted) where wanted == after: return true
            case .readOther(let unwanted) where unwanted == before: return true
            case .swap(let wanted, _) where wanted == after && candidate != operation: return true
            default: position = events.next(position)
            }
        }
        return false
    }

    /// Takes the writes of unseen values that may come before the plain write `operation`, which hides them.
    private mutating func takeHidden(before operation: Int) -> [Int] {
        guard case .write = operations[operation].action else { return [] }
        var hidden: [Int] = []
        var position = events.next(EventList.head)
        while position != EventList.none, events.isCall(position) {
            let candidate = events.operation(position)
            if candidate != operation, !operations[candidate].isOptional,
                operations[candidate].action == .write(RegisterProblem.unseen)
            {
                let before = events.previous(position)
                take(candidate)
                hidden.append(candidate)
                position = events.next(before)
            } else {
                position = events.next(position)
            }
        }
        return hidden
    }

    /// Goes back to before the last choice; nil when there is none left.
    private mutating func undo() -> Int? {
        while let step = steps.popLast() {
            putBack(step.operation)
            for unseen in step.hidden.reversed() { putBack(unseen) }
            value = step.valueBefore
            if !step.isForced { return step.operation }
        }
        return nil
    }

    private mutating func take(_ operation: Int) {
        events.take(operation)
        taken.toggle(operation)
        count(operations[operation], -1)
        if isOptionalDelete(operation) { optionalDeletesTaken += 1 }
    }

    private mutating func putBack(_ operation: Int) {
        events.putBack(operation)
        taken.toggle(operation)
        count(operations[operation], 1)
        if isOptionalDelete(operation) { optionalDeletesTaken -= 1 }
    }

    private func isOptionalDelete(_ operation: Int) -> Bool {
        operations[operation].isOptional && operations[operation].action == .write(RegisterProblem.absent)
    }

    private mutating func count(_ operation: RegisterProblem.Operation, _ change: Int) {
        if !operation.isOptional { remaining += change }
        switch operation.action {
        case .read(let wanted):
            readersLeft[wanted] += change
        case .readOther:
            break
        case .write(let new):
            writersLeft[new] += change
        case .swap(let wanted, let new):
            if !operation.isOptional { readersLeft[wanted] += change }
            writersLeft[new] += change
        }
    }

    private mutating func noteBlocked(at event: Int32) {
        guard event != EventList.none, event > furthest.event else { return }
        furthest = (event, events.operation(event), value)
    }

    private var exhausted: Outcome { .exhausted(blocked: furthest.operation, value: furthest.value) }
}
