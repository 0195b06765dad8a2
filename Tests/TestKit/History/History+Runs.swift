package import Linearizability

extension History {
    /// The latest end of an operation so far.
    package var end: Int64 { operations.lazy.map(\.end).max() ?? 0 }

    /// Adds a run that began after everything so far had ended. Each run's clock may start anywhere, so its times are
    /// moved behind those already here; clients of different runs are different clients.
    package mutating func append(run: History) throws(HistoryFull) {
        let base = run.operations.lazy.map(\.start).min() ?? 0
        let offset = end + 1
        let firstClient = nextClient
        for var operation in run.operations {
            operation.key = try key(run.text(of: operation.key))
            operation.value = try value(run.text(of: operation.value))
            operation.observed = try value(run.text(of: operation.observed))
            operation.client += firstClient
            operation.start += offset - base
            operation.end += offset - base
            append(operation)
        }
    }

    /// Adds a read of every key that was ever named, with what `rows` has for it: the proof that an acknowledged write
    /// is still there is that the history with these reads has an explanation.
    package mutating func append(finalState rows: [String: String]) throws(HistoryFull) {
        let now = end + 1
        let client = nextClient
        for text in Set(sortedKeys.map { text(of: $0) }).union(rows.keys).sorted() {
            append(
                HistoryOperation(
                    client: client, kind: .get, outcome: .ok, key: try key(text), value: .absent,
                    observed: try value(rows[text]), start: now, end: now + 1))
        }
    }

    private var nextClient: Int32 { (operations.lazy.map(\.client).max() ?? -1) + 1 }
}
