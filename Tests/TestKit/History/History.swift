/// What all clients of one test saw, over one or more runs of the load and the final look at the store.
package struct History: Sendable {
    /// In no particular order; times are of one clock.
    package private(set) var operations: [HistoryOperation] = []

    /// A history in which nothing has happened.
    package init() {}

    /// The latest end of an operation so far.
    package var end: UInt64 { operations.lazy.map(\.end).max() ?? 0 }

    /// Adds a run that began after everything so far had ended. Each run's clock may start anywhere, so its times are
    /// moved behind those already here; clients of different runs are different clients.
    package mutating func append(run: [HistoryOperation]) {
        let base = run.lazy.map(\.start).min() ?? 0
        let offset = end + 1
        let firstClient = (operations.lazy.map(\.client).max() ?? -1) + 1
        operations.reserveCapacity(operations.count + run.count)
        for var operation in run {
            operation.start = operation.start - base + offset
            operation.end = operation.end < base ? operation.start : operation.end - base + offset
            operation.client += firstClient
            operations.append(operation)
        }
    }

    /// Adds a read of every key that was ever named, with what `rows` has for it: the proof that an acknowledged write
    /// is still there is that the history with these reads has an explanation.
    package mutating func append(finalState rows: [String: String]) {
        var keys = Set(operations.lazy.map(\.key))
        keys.formUnion(rows.keys)
        let now = end + 1
        let client = (operations.lazy.map(\.client).max() ?? -1) + 1
        for key in keys.sorted() {
            operations.append(
                HistoryOperation(client: client, kind: .get, key: key, found: rows[key], start: now, end: now + 1))
        }
    }
}
