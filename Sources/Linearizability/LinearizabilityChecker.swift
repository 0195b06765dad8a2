/// Decides whether a history of puts, gets, deletes and compare-and-sets is linearizable.
///
/// Every key is one register and one search of its own: `RegisterProblem` turns a key's operations into the shortest
/// equivalent problem, `RegisterSearch` looks for an order, and `Minimizer` finds out what is to blame when there is
/// none.
package struct LinearizabilityChecker: Sendable {
    /// How many writes the search of one key may place before it is given up.
    package var stepsMax = 20_000_000

    /// How many bytes the search of one key may remember before it is given up.
    package var searchBytesMax = 512 << 20

    /// Whether a compare-and-set that failed says that its condition was false at some moment between call and answer.
    /// Switch it on for a history in which none failed for another reason, such as a refusal.
    package var failedCASReads = false

    /// A checker with the limits above.
    package init() {}

    /// The verdict on `history`, in which every key begins absent. Of several offending keys the first in the order of
    /// their bytes is reported. A key that is too hard is an error only if no other key offends.
    package func check(
        _ history: History, progress: (_ operationsChecked: Int) -> Void = { _ in }
    ) throws(LinearizabilityError) -> LinearizabilityVerdict {
        let partition = KeyPartition(history)
        var checker = RegisterChecker(
            valueCount: history.valueCount, limits: SearchLimits(steps: stepsMax, bytes: searchBytesMax),
            failedCASReads: failedCASReads)
        var operations: [HistoryOperation] = []
        var checked = 0
        var tooHard: LinearizabilityError?
        for key in history.sortedKeys {
            partition.copy(key, of: history, to: &operations)
            switch checker.check(operations) {
            case .found:
                break
            case .exhausted:
                return .violation(counterExample(operations, of: key, in: history))
            case .gaveUp:
                tooHard = tooHard ?? .tooHard(key: history.text(of: key), operations: operations.count)
            }
            checked += operations.count
            progress(checked)
        }
        if let tooHard { throw tooHard }
        return .linearizable
    }

    private func counterExample(
        _ operations: [HistoryOperation], of key: KeyNumber, in history: History
    ) -> CounterExample {
        let checker = RegisterChecker(
            valueCount: history.valueCount,
            limits: SearchLimits(steps: Minimizer.stepsMax, bytes: searchBytesMax),
            failedCASReads: failedCASReads)
        var minimizer = Minimizer(operations.filter(checker.matters), checker)
        return CounterExample(minimizer.run(), of: operations, key: key, in: history)
    }
}
