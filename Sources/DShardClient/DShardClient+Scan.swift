import Keyspace

extension DShardClient {
    /// The rows from `start` up to, not including, `end`; nil stands for the first key and for the end of all keys.
    /// `reverse` goes from the end towards the start, `limit` ends after so many rows, `keysOnly` leaves the values
    /// out.
    public func scan(
        from start: [UInt8]? = nil, to end: [UInt8]? = nil, reverse: Bool = false, limit: Int? = nil,
        keysOnly: Bool = false, consistency: Consistency = .linearizable
    ) -> ScanSequence {
        let request = PageRequest(
            start: start.map { Key.user($0) } ?? .userStart, end: end.map { Key.user($0) } ?? .end, isReverse: reverse,
            keysOnly: keysOnly, rowLimit: 0, consistency: consistency.wire)
        return ScanSequence(client: self, request: request, limit: limit)
    }
}
