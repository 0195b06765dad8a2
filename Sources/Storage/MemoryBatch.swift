/// A state batch of the in-memory engine.
final class MemoryBatch: StateBatch {
    private(set) var operations: [MemoryOperation] = []
    private(set) var byteCount = 0

    var count: Int { operations.count }

    func put(_ key: RawSpan, header: RawSpan, value: RawSpan) {
        var stored = [UInt8](copying: header)
        stored.append(contentsOf: [UInt8](copying: value))
        add(.put(.data, key: [UInt8](copying: key), value: stored))
    }

    func delete(_ key: RawSpan) { add(.delete(.data, key: [UInt8](copying: key))) }

    func deleteRange(from: RawSpan, to: RawSpan) {
        add(.deleteRange(.data, from: [UInt8](copying: from), to: [UInt8](copying: to)))
    }

    func putNode(_ key: RawSpan, value: RawSpan) {
        add(.put(.node, key: [UInt8](copying: key), value: [UInt8](copying: value)))
    }

    func deleteNode(_ key: RawSpan) { add(.delete(.node, key: [UInt8](copying: key))) }

    func clear() {
        operations.removeAll(keepingCapacity: true)
        byteCount = 0
    }

    private func add(_ operation: MemoryOperation) {
        byteCount += operation.byteCount
        operations.append(operation)
    }
}
