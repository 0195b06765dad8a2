import Keyspace
import NIOCore
import Storage

/// Rows that an input made up, as a store would show them.
struct FuzzRows: RowSource, RowSink {
    private var families: [Family: OrderedMap] = [:]

    mutating func put(_ family: Family, key: RawSpan, value: RawSpan) {
        families[family, default: OrderedMap()].put([UInt8](copying: key), [UInt8](copying: value))
    }

    mutating func delete(_ family: Family, key: RawSpan) {
        let key = [UInt8](copying: key)
        families[family]?.removeRange(from: key, to: key + [0])
    }

    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) -> Bool {
        guard let value = families[family]?[key] else { return false }
        value.withBytes { body($0) }
        return true
    }

    func rows(
        _ family: Family, from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) {
        families[family]?.iterate(from: from, to: to, reverse: false, body)
    }
}
