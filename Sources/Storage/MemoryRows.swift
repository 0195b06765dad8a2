/// All rows of the in-memory engine at one instant. Copies share what they have in common.
struct MemoryRows: RowSource, Sendable {
    private var log = OrderedMap()
    private var raft = OrderedMap()
    private var data = OrderedMap()
    private var node = OrderedMap()
    private var history = OrderedMap()

    subscript(family: Family) -> OrderedMap {
        get {
            switch family {
            case .log: log
            case .raft: raft
            case .data: data
            case .node: node
            case .history: history
            }
        }
        set {
            switch family {
            case .log: log = newValue
            case .raft: raft = newValue
            case .data: data = newValue
            case .node: node = newValue
            case .history: history = newValue
            }
        }
    }

    mutating func apply(_ operations: [MemoryOperation]) {
        for operation in operations {
            switch operation {
            case .put(let family, let key, let value): self[family].put(key, value)
            case .delete(let family, let key): self[family].removeRange(from: key, to: key + [0])
            case .deleteRange(let family, let from, let to): self[family].removeRange(from: from, to: to)
            }
        }
    }

    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) -> Bool {
        guard let value = self[family][key] else { return false }
        value.withBytes { body($0) }
        return true
    }

    func rows(
        _ family: Family, from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) {
        self[family].iterate(from: from, to: to, reverse: false, body)
    }
}
