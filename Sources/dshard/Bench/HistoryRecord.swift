/// One operation of a history, from which any checker can judge linearizability.
struct HistoryRecord: Sendable {
    /// What was asked.
    enum Operation: Sendable {
        case get
        case put([UInt8])
        case delete
        /// Nil expects the key to be absent.
        case compareAndSet([UInt8], expect: [UInt8]?)
    }

    var client: Int
    var operation: Operation
    var key: [UInt8]
    /// What a get found; nil is absent.
    var found: [UInt8]?
    var outcome: BenchTally.Outcome
    /// Nanoseconds of the machine's monotonic clock, so that histories of several processes can be put together.
    var start: UInt64
    var end: UInt64

    /// The line, newline included.
    var line: [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.field("client", client)
        switch operation {
        case .get: HistoryRecord.append("get", key, value: nil, expect: nil, to: &json)
        case .put(let value): HistoryRecord.append("put", key, value: value, expect: nil, to: &json)
        case .delete: HistoryRecord.append("delete", key, value: nil, expect: nil, to: &json)
        case .compareAndSet(let value, let expect):
            HistoryRecord.append("cas", key, value: value, expect: expect, to: &json)
        }
        json.field("found", keyOrNull: found)
        json.field("outcome", outcome.rawValue)
        json.field("start_ns", start)
        json.field("end_ns", end)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")]
    }

    private static func append(
        _ name: String, _ key: [UInt8], value: [UInt8]?, expect: [UInt8]?, to json: inout JSONText
    ) {
        json.field("op", name)
        json.field("key", key: key)
        json.field("value", keyOrNull: value)
        json.field("expect", keyOrNull: expect)
    }
}
