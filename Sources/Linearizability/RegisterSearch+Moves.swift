extension RegisterSearch {
    /// Goes back to before the last choice and remembers where it led; nil when there is none left.
    mutating func undo() -> Step? {
        while let step = steps.popLast() {
            let index = Int(step.operation)
            if !step.isForced { failed.insert(placed, value: value) }
            putBack(index, step.hiddenCount)
            value = step.valueBefore
            if !step.isForced { return step }
        }
        return nil
    }

    /// Takes back an operation and the unseen writes that were placed before it.
    mutating func putBack(_ index: Int, _ hiddenCount: Int32) {
        putBack(index)
        for _ in 0..<hiddenCount {
            if let unseen = hidden.popLast() { putBack(unseen) }
        }
    }

    /// Makes the operation the next in the order; the register's value is the caller's to change.
    mutating func place(_ index: Int) {
        events.remove(index)
        placed.insert(index)
        count(operations[index], -1)
        if isOptionalDelete(index) { optionalDeletesPlaced += 1 }
    }

    private mutating func putBack(_ index: Int) {
        events.putBack(index)
        placed.remove(index)
        count(operations[index], 1)
        if isOptionalDelete(index) { optionalDeletesPlaced -= 1 }
    }

    /// Whether it is a delete that may be left out.
    func isOptionalDelete(_ index: Int) -> Bool {
        operations[index].isOptional && operations[index].isWrite(of: RegisterOperation.absent)
    }

    /// Counts an operation in, or out with -1, of what is left.
    mutating func count(_ operation: RegisterOperation, _ change: Int32) {
        if !operation.isOptional { remaining += Int(change) }
        switch operation.action {
        case .read:
            readersLeft[Int(operation.wanted)] += change
        case .readOther:
            break
        case .write:
            writersLeft[Int(operation.written)] += change
        case .swap:
            if !operation.isOptional { readersLeft[Int(operation.wanted)] += change }
            writersLeft[Int(operation.written)] += change
        }
    }
}
