/// Parses one line of a history: a flat JSON object whose fields may come in any order; unknown ones are skipped.
///
/// The bytes always end with a newline, which no part of a line may contain. So every scan stops there at the latest,
/// and none has to ask for the end.
struct LineParser: Sendable {
    /// Why a line is refused.
    struct Problem: Error {
        var reason: String
    }

    /// The fields of an operation, in the order in which they are usually written.
    enum Field: Int {
        case client, operation, key, value, expect, found, outcome, start, end
    }

    /// The next byte to look at.
    var position = 0
    /// The bytes of a string that had escapes.
    var unescaped: [UInt8] = []
    private let fieldNames = ["client", "op", "key", "value", "expect", "found", "outcome", "start_ns", "end_ns"]
        .map(LineParser.packed)
    /// In the order of the kinds' raw values.
    private let kindNames = ["put", "get", "delete", "cas"].map(LineParser.packed)
    /// In the order of the outcomes' raw values.
    private let outcomeNames = ["ok", "failed", "unknown"].map(LineParser.packed)

    /// What a line has said so far.
    private struct Fields {
        var client: Int32?
        var kind: HistoryOperation.Kind?
        var key: KeyNumber?
        var value = ValueNumber.absent
        var expect = ValueNumber.absent
        var found = ValueNumber.absent
        var outcome: HistoryOperation.Outcome?
        var start: Int64?
        var end: Int64?
    }

    /// Reads the line at `position`, and goes behind its newline. An empty line says nothing.
    mutating func parseLine(_ bytes: Span<UInt8>, into history: inout History) throws(Problem) {
        if !taken(UInt8(ascii: "\n"), bytes) {
            var fields = Fields()
            var expected = 0
            try take("{", bytes)
            repeat {
                let field = field(of: try name(bytes), expecting: expected)
                try take(":", bytes)
                if let field {
                    try read(field, bytes, into: &fields, &history)
                    expected = field.rawValue + 1
                } else {
                    try skipValue(bytes)
                }
            } while taken(UInt8(ascii: ","), bytes)
            try take("}", bytes)
            guard taken(UInt8(ascii: "\n"), bytes) else { throw Problem(reason: "the line goes on after the object") }
            history.append(try LineParser.operation(fields))
        }
    }

    private mutating func read(
        _ field: Field, _ bytes: Span<UInt8>, into fields: inout Fields, _ history: inout History
    ) throws(Problem) {
        switch field {
        case .client:
            guard let client = Int32(exactly: try number(bytes)) else {
                throw Problem(reason: "a client's number must be below 2147483648")
            }
            fields.client = client
        case .operation: fields.kind = try choice(bytes, kindNames).flatMap(HistoryOperation.Kind.init)
        case .outcome: fields.outcome = try choice(bytes, outcomeNames).flatMap(HistoryOperation.Outcome.init)
        case .key: fields.key = try key(bytes, &history)
        case .value: fields.value = try value(bytes, &history)
        case .expect: fields.expect = try value(bytes, &history)
        case .found: fields.found = try value(bytes, &history)
        case .start: fields.start = try number(bytes)
        case .end: fields.end = try number(bytes)
        }
    }

    private static func operation(_ fields: Fields) throws(Problem) -> HistoryOperation {
        guard let client = fields.client else { throw Problem(reason: "client is missing") }
        guard let kind = fields.kind else { throw Problem(reason: "op must be put, get, delete or cas") }
        guard let key = fields.key else { throw Problem(reason: "key is missing") }
        guard let outcome = fields.outcome else { throw Problem(reason: "outcome must be ok, failed or unknown") }
        guard let start = fields.start else { throw Problem(reason: "start_ns is missing") }
        guard let end = fields.end else { throw Problem(reason: "end_ns is missing") }
        guard start <= end else { throw Problem(reason: "end_ns is before start_ns") }
        let writes = kind == .put || kind == .compareAndSet
        guard !writes || fields.value != .absent else { throw Problem(reason: "a put and a cas need a value") }
        let observed: ValueNumber =
            switch kind {
            case .get: fields.found
            case .compareAndSet: fields.expect
            case .put, .delete: .absent
            }
        return HistoryOperation(
            client: client, kind: kind, outcome: outcome, key: key, value: writes ? fields.value : .absent,
            observed: observed, start: start, end: end)
    }

    /// Fields mostly come in their usual order, so the one that is due is tried first.
    private func field(of name: UInt64, expecting expected: Int) -> Field? {
        if expected < fieldNames.count, fieldNames[expected] == name { return Field(rawValue: expected) }
        return fieldNames.firstIndex(of: name).flatMap(Field.init)
    }
}
