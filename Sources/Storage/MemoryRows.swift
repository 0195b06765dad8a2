/// All rows of the in-memory engine at one instant. Copies share what they have in common.
struct MemoryRows: RowSource, Sendable {
    private var log = OrderedMap()
    private var raft = OrderedMap()
    private var data = OrderedMap()
    private var node = OrderedMap()
    private var history = OrderedMap()

    subscript(family: Family) -> OrderedMap {
        switch family {
        case .log: log
        case .raft: raft
        case .data: data
        case .node: node
        case .history: history
        }
    }

    /// In place: a copy would make the map a shared one, whose changes are dear.
    private mutating func change<R>(_ family: Family, _ body: (inout OrderedMap) -> R) -> R {
        switch family {
        case .log: body(&log)
        case .raft: body(&raft)
        case .data: body(&data)
        case .node: body(&node)
        case .history: body(&history)
        }
    }

    /// Applies the operations in order; returns what undoes them, in the order in which to apply it.
    @discardableResult
    mutating func apply(_ operations: [MemoryOperation]) -> [MemoryOperation] {
        var undo: [MemoryOperation] = []
        undo.reserveCapacity(operations.count)
        for operation in operations {
            switch operation {
            case .put(let family, let key, let value):
                let old = change(family) { $0.put(key, value) }
                undo.append(old.map { .put(family, key: key, value: $0) } ?? .delete(family, key: key))
            case .delete(let family, let key):
                guard let old = change(family, { $0.remove(key) }) else { continue }
                undo.append(.put(family, key: key, value: old))
            case .deleteRange(let family, let from, let to):
                for (key, value) in change(family, { $0.removeRange(from: from, to: to) }) {
                    undo.append(.put(family, key: key, value: value))
                }
            }
        }
        undo.reverse()
        return undo
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
