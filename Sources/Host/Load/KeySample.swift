import Keyspace

/// Keys of recent requests, as many of each as it is asked for: enough to tell where a shard's load is, and no more.
struct KeySample: Sendable {
    private var keys: [Key] = []

    /// With so many the halves of what is cut differ by an eighth or so.
    private static let keysMax = 64
    /// Fewer say nothing.
    private static let keysMin = 16
    /// A part has at least this share of the load, in eighths: a cut beside one hot key would be followed by the next.
    private static let partEighths = 1

    /// Takes a key in; `draw` is random, and decides which one makes room.
    mutating func add(_ key: Key, draw: UInt64) {
        if keys.count < Self.keysMax {
            keys.append(key)
        } else {
            keys[Int(draw % UInt64(Self.keysMax))] = key
        }
    }

    /// The key of `range` with about half of the requests on either side; nil when too few are known, or nearly all are
    /// for one key.
    func halvingKey(in range: KeyRange) -> Key? {
        // A shard that was split has keys of its other part here.
        let sorted = keys.filter { range.contains($0) }.sorted()
        guard sorted.count >= Self.keysMin else { return nil }
        var best: (key: Key, distance: Int)?
        for position in sorted.indices.dropFirst() where sorted[position - 1] < sorted[position] {
            let least = min(position, sorted.count - position)
            guard least * 8 >= sorted.count * Self.partEighths else { continue }
            let distance = abs(2 * position - sorted.count)
            if best.map({ distance < $0.distance }) ?? true { best = (sorted[position], distance) }
        }
        return best?.key
    }
}
