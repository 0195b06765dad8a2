import Keyspace

/// Which keys there are, and what is done to them. Few keys a shard, so that operations meet.
enum Workload {
    /// Only incremented, by reading it and swapping from the version that was read.
    static let counter: UInt8 = 0
    /// Put and read.
    static let registers: ClosedRange<UInt8> = 1...2
    /// Put if absent, put, deleted and read.
    static let transients: ClosedRange<UInt8> = 3...4
    /// Written together, and read together.
    static let pair: (UInt8, UInt8) = (5, 6)
    static let all: ClosedRange<UInt8> = 0...6

    /// A shard's key.
    static func key(_ shard: Int, _ number: UInt8) -> Key { .user([UInt8(truncatingIfNeeded: shard), number]) }

    static func number(of key: Key) -> UInt8 { key.bytes.last ?? 0 }

    /// All keys of a shard.
    static func range(_ shard: Int) -> KeyRange {
        KeyRange(start: key(shard, 0), end: key(shard, all.upperBound + 1))
    }

    /// The next thing to do; `value` is one that no other operation writes.
    static func draw(_ chance: inout Chance, shards: Int, value: [UInt8]) -> ClientOperation {
        let shard = chance.draw(0...(shards - 1))
        let register = key(shard, UInt8(chance.draw(Int(registers.lowerBound)...Int(registers.upperBound))))
        let transient = key(shard, UInt8(chance.draw(Int(transients.lowerBound)...Int(transients.upperBound))))
        switch chance.draw(1...20) {
        case 1...5: return .put(register, value)
        case 6...8: return .get([register])
        case 9...11: return .get([key(shard, counter)])
        case 12: return .get([key(shard, pair.0), key(shard, pair.1)])
        case 13, 14: return .pair(key(shard, pair.0), key(shard, pair.1), value)
        case 15: return .put(transient, value)
        case 16: return .delete(transient)
        case 17: return .putIfAbsent(transient, value)
        case 18, 19: return .get([transient])
        default: return .scan(range(shard))
        }
    }
}
