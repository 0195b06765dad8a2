/// One change to the rows of the in-memory engine.
enum MemoryOperation: Sendable {
    case put(Family, key: [UInt8], value: [UInt8])
    case delete(Family, key: [UInt8])
    case deleteRange(Family, from: [UInt8], to: [UInt8])

    /// What the operation counts for in `StateBatch.byteCount`.
    var byteCount: Int {
        switch self {
        case .put(_, let key, let value): key.count + value.count + 16
        case .delete(_, let key): key.count + 16
        case .deleteRange(_, let from, let to): from.count + to.count + 16
        }
    }
}
