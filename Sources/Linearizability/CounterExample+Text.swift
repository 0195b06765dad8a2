extension CounterExample {
    /// For people: the sentence and one line an operation, in the order of call, with times in milliseconds since the
    /// history began.
    package var text: String {
        var rows = [["client", "start ms", "end ms", "operation", "result"]]
        rows += steps.map { step in
            [
                String(step.operation.client), milliseconds(step.operation.start), milliseconds(step.operation.end),
                step.action, step.result,
            ]
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            // Numbers to the right, words to the left, nothing behind the last.
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                if column < 3 { return space + row[column] }
                return column + 1 < row.count ? row[column] + space : row[column]
            }.joined(separator: "  ")
        }
        return "not linearizable: key \(key), \(steps.count) of its \(keyOperationCount) operations:\n"
            + lines.map { "  \($0)\n" }.joined() + reason + "\n"
    }

    private func milliseconds(_ time: Int64) -> String {
        let microseconds = time.subtractingReportingOverflow(origin).partialValue / 1_000
        let fraction = String(microseconds % 1_000 + 1_000).suffix(3)
        return "\(microseconds / 1_000).\(fraction)"
    }
}

extension CounterExample.Step {
    /// Enough of a value to know it by.
    private static let valueCharactersMax = 32

    /// What was asked for.
    var action: String {
        switch operation.kind {
        case .put: "put \(Self.short(value))"
        case .get: "get"
        case .delete: "delete"
        case .compareAndSet: "cas \(Self.short(observed)) to \(Self.short(value))"
        }
    }

    /// What the client was told.
    var result: String {
        switch operation.outcome {
        case .ok: operation.kind == .get ? found : "ok"
        case .failed: "failed"
        case .unknown: "unknown"
        }
    }

    /// What it observed.
    var found: String { Self.short(observed) }

    /// The operation as the subject of a sentence.
    var subject: String { "\(action) of client \(operation.client)" }

    private static func short(_ text: String?) -> String {
        guard let text else { return "absent" }
        guard text.count > valueCharactersMax else { return text.isEmpty ? "\"\"" : text }
        return text.prefix(valueCharactersMax) + "…"
    }
}
