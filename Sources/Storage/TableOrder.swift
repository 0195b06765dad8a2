import Keyspace

/// Holds a snapshot table to its rules: keys ascend strictly, range deletes come with a span of their own. Both
/// engines use it, so a stream that one accepts the other accepts too.
package struct TableOrder: Sendable {
    private var lastKey: [UInt8]?
    /// Span that the table covers: the least start and the greatest end of its range deletes, and its keys.
    package private(set) var span: (from: [UInt8], to: [UInt8])?

    package init() {}

    /// Admits the next key.
    package mutating func admit(_ key: RawSpan) throws(StorageError) {
        if let lastKey, ByteOrder.compare(lastKey, key) >= 0 { throw .misuse("table keys do not ascend") }
        let copy = [UInt8](copying: key)
        lastKey = copy
        widen(from: copy, to: copy + [0])
    }

    /// Admits a range delete.
    package mutating func admit(from: RawSpan, to: RawSpan) throws(StorageError) {
        guard ByteOrder.compare([UInt8](copying: from), to) < 0 else { throw .misuse("an empty range in a table") }
        widen(from: [UInt8](copying: from), to: [UInt8](copying: to))
    }

    /// Refuses tables whose spans meet: which of them wins would depend on the engine.
    package static func checkDisjoint(_ spans: [(from: [UInt8], to: [UInt8])]) throws(StorageError) {
        let sorted = spans.sorted { ByteOrder.compare($0.from, $1.from) < 0 }
        for (a, b) in zip(sorted, sorted.dropFirst()) where ByteOrder.compare(a.to, b.from) > 0 {
            throw .misuse("tables overlap")
        }
    }

    private mutating func widen(from: [UInt8], to: [UInt8]) {
        guard let span else {
            self.span = (from, to)
            return
        }
        self.span = (
            ByteOrder.compare(from, span.from) < 0 ? from : span.from,
            ByteOrder.compare(to, span.to) > 0 ? to : span.to
        )
    }
}
