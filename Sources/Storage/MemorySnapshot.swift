/// The state of the in-memory engine at one instant.
final class MemorySnapshot: StateSnapshot {
    private let rows: OrderedMap
    private let isCold: Bool

    init(rows: OrderedMap, isCold: Bool) {
        self.rows = rows
        self.isCold = isCold
    }

    func get(_ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void) -> GetOutcome {
        if isCold, tier == .cacheOnly { return .wouldBlock }
        guard let value = rows[key] else { return .absent }
        value.withBytes { body($0) }
        return .found
    }

    func iterate(
        from: RawSpan, to: RawSpan, reverse: Bool, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) {
        rows.iterate(from: from, to: to, reverse: reverse, body)
    }

    func scan(from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool) {
        rows.iterate(from: from, to: to, reverse: false, body)
    }
}
