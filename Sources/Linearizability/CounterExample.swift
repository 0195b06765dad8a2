/// Operations on one key that no order explains.
package struct CounterExample: Equatable, Sendable {
    /// One operation with the texts of its values.
    package struct Step: Equatable, Sendable {
        /// As the history has it.
        package var operation: HistoryOperation
        /// What a put or a compare-and-set writes.
        package var value: String?
        /// What a get found, or what a compare-and-set wants to find; nil for absent.
        package var observed: String?
    }

    /// The key's text.
    package var key: String
    /// What cannot be, in a sentence.
    package var reason: String
    /// In the order of their calls. What ended after the last observation here counts as still under way then.
    package var steps: [Step]
    /// How many operations of this key the history has.
    package var keyOperationCount: Int
    /// When the first operation of the history began: times are shown from there.
    package var origin: Int64

    /// `part` is what offends of `all` operations of `key`.
    init(_ part: [HistoryOperation], of all: [HistoryOperation], key: KeyNumber, in history: History) {
        self.key = history.text(of: key)
        steps = part.map {
            Step(operation: $0, value: history.text(of: $0.value), observed: history.text(of: $0.observed))
        }
        keyOperationCount = all.count
        origin = history.operations.lazy.map(\.start).min() ?? 0
        reason = ""
        reason = Diagnosis(steps, all).sentence
    }
}
