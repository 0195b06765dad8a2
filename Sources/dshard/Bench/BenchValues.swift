/// The values of a benchmark: one buffer that all puts share, or values that are never the same twice.
struct BenchValues: Sendable {
    private let filling: [UInt8]
    private let isUnique: Bool
    /// Tells the values of this run from those of others.
    private let run: [UInt8]
    private var count: UInt64 = 0

    /// Values of `size` bytes; unique ones are longer when their number does not fit.
    init(size: Int, isUnique: Bool, run: UInt64) {
        // Letters that do not repeat soon: a store that compresses should not look better than it is.
        var random = BenchRandom(seed: 7)
        filling = (0..<size).map { _ in UInt8(ascii: "a") + UInt8(truncatingIfNeeded: random.below(26)) }
        self.isUnique = isUnique
        self.run = Array(String(run, radix: 36).utf8) + [UInt8(ascii: "-")]
    }

    /// The value of the next write.
    mutating func next() -> [UInt8] {
        guard isUnique else { return filling }
        count += 1
        var value = run
        value.append(contentsOf: String(count).utf8)
        value.append(UInt8(ascii: "-"))
        if value.count < filling.count { value.append(contentsOf: filling[value.count...]) }
        return value
    }
}
