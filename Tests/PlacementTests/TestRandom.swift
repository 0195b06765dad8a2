/// A seeded generator, so that a failing seed can be run again.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Seeds are scattered by the generator itself: multiples of its increment would give one stream, shifted.
    init(_ seed: UInt64) {
        state = seed
        state = next() ^ seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(max(1, limit))) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
