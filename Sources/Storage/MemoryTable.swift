/// A staged snapshot table of the in-memory engine.
final class MemoryTable: StateTable {
    private(set) var order = TableOrder()
    private var deletes: [MemoryOperation] = []
    private var puts: [MemoryOperation] = []
    private(set) var byteCount: UInt64 = 0

    /// The changes, range deletes first: they clear what was there, not the table's own rows.
    var operations: [MemoryOperation] { deletes + puts }

    func deleteRange(from: RawSpan, to: RawSpan) throws(StorageError) {
        try order.admit(from: from, to: to)
        deletes.append(.deleteRange(.data, from: [UInt8](copying: from), to: [UInt8](copying: to)))
    }

    func put(_ key: RawSpan, value: RawSpan) throws(StorageError) {
        try order.admit(key)
        puts.append(.put(.data, key: [UInt8](copying: key), value: [UInt8](copying: value)))
        byteCount += UInt64(key.byteCount + value.byteCount)
    }
}
