/// One operation of one client as the client saw it: a line of `dshard bench --history`.
///
/// Keys and values are in their text form, which is the same for the same bytes, so that comparing text is enough.
package struct HistoryOperation: Hashable, Sendable {
    /// What was asked for.
    package enum Kind: String, Sendable {
        /// Writes `value`.
        case put
        /// Reads; `found` is what it read.
        case get
        /// Removes the key.
        case delete
        /// Writes `value` if the key has the value `expect`, or is absent when that is nil.
        case cas
    }

    /// What the client knows about the end.
    package enum Outcome: String, Sendable {
        /// It took effect.
        case ok
        /// It took no effect: refused, or the condition of a cas was false.
        case failed
        /// It may have taken effect, may do so later, or never.
        case unknown
    }

    /// Numbers the client; one client has one operation at a time.
    package var client: Int
    package var kind: Kind
    /// The key's text form.
    package var key: String
    /// What a put or a cas writes.
    package var value: String?
    /// What a cas wants to find; nil for "absent".
    package var expect: String?
    /// What a get found; nil for "absent".
    package var found: String?
    package var outcome: Outcome
    /// When the client called, in nanoseconds of one clock.
    package var start: UInt64
    /// When the client had its answer, in nanoseconds of the same clock.
    package var end: UInt64

    package init(
        client: Int, kind: Kind, key: String, value: String? = nil, expect: String? = nil, found: String? = nil,
        outcome: Outcome = .ok, start: UInt64, end: UInt64
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
}

extension HistoryOperation: CustomStringConvertible {
    package var description: String {
        let action =
            switch kind {
            case .put: "put \(key) = \(value ?? "?")"
            case .get: "get \(key) → \(found ?? "absent")"
            case .delete: "delete \(key)"
            case .cas: "cas \(key) \(expect ?? "absent") → \(value ?? "?")"
            }
        return "client \(client) [\(start), \(end)] \(action): \(outcome.rawValue)"
    }
}
