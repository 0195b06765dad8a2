import Linearizability

/// One operation with its texts: easier to write in a test than the numbers of a history.
struct TextOperation: Hashable, CustomStringConvertible {
    var client: Int32
    var kind: HistoryOperation.Kind
    var key: String
    /// What a put or a compare-and-set writes.
    var value: String?
    /// What a compare-and-set wants to find; nil for absent.
    var expect: String?
    /// What a get found; nil for absent.
    var found: String?
    var outcome: HistoryOperation.Outcome
    var start: Int64
    var end: Int64

    init(
        client: Int32, kind: HistoryOperation.Kind, key: String, value: String? = nil, expect: String? = nil,
        found: String? = nil, outcome: HistoryOperation.Outcome = .ok, start: Int64, end: Int64
    ) {
        self.client = client
        self.kind = kind
        self.key = key
        self.value = value
        self.expect = expect
        self.found = found
        self.outcome = outcome
        self.start = start
        self.end = end
    }

    var description: String {
        "\(kind) \(value ?? "-") expect \(expect ?? "-") found \(found ?? "-") \(outcome) [\(start), \(end)]"
    }

    /// The line that `dshard bench --history` writes; texts must need no escapes.
    var line: String {
        let names = ["put", "get", "delete", "cas"]
        func text(_ text: String?) -> String { text.map { "\"\($0)\"" } ?? "null" }
        return "{\"client\":\(client),\"op\":\"\(names[Int(kind.rawValue)])\",\"key\":\(text(key)),"
            + "\"value\":\(text(value)),\"expect\":\(text(expect)),\"found\":\(text(found)),"
            + "\"outcome\":\"\(outcome)\",\"start_ns\":\(start),\"end_ns\":\(end)}\n"
    }
}

extension History {
    init(_ operations: [TextOperation]) throws {
        self.init()
        for operation in operations {
            let observed = operation.kind == .get ? operation.found : operation.expect
            append(
                HistoryOperation(
                    client: operation.client, kind: operation.kind, outcome: operation.outcome,
                    key: try key(operation.key), value: try value(operation.value), observed: try value(observed),
                    start: operation.start, end: operation.end))
        }
    }
}

extension LinearizabilityChecker {
    /// Whether the operations are linearizable.
    func accepts(_ operations: [TextOperation]) throws -> Bool {
        try check(History(operations)) == .linearizable
    }

    /// What offends; nil when nothing does.
    func counterExample(_ operations: [TextOperation]) throws -> CounterExample? {
        guard case .violation(let example) = try check(History(operations)) else { return nil }
        return example
    }

    /// One that takes a failed compare-and-set at its word.
    static var strict: LinearizabilityChecker {
        var checker = LinearizabilityChecker()
        checker.failedCASReads = true
        return checker
    }
}
