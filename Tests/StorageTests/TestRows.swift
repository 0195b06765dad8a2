import Storage

/// Rows that a test can damage.
struct TestRows: RowSource, RowSink {
    private var families: [Family: OrderedMap] = [:]

    func value(_ family: Family, _ key: [UInt8]) -> [UInt8]? { key.withBytes { families[family]?[$0] } }

    mutating func set(_ family: Family, _ key: [UInt8], _ value: [UInt8]) {
        families[family, default: OrderedMap()].put(key, value)
    }

    mutating func remove(_ family: Family, _ key: [UInt8]) {
        families[family]?.removeRange(from: key, to: key + [0])
    }

    mutating func put(_ family: Family, key: RawSpan, value: RawSpan) {
        set(family, [UInt8](copying: key), [UInt8](copying: value))
    }

    mutating func delete(_ family: Family, key: RawSpan) { remove(family, [UInt8](copying: key)) }

    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) -> Bool {
        guard let value = families[family]?[key] else { return false }
        value.withBytes { body($0) }
        return true
    }

    func rows(_ family: Family, from: RawSpan, to: RawSpan, _ body: (RawSpan, RawSpan) -> Bool) {
        families[family]?.iterate(from: from, to: to, reverse: false, body)
    }
}
