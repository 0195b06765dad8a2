/// SplitMix64 (Steele, Lea, Flood 2014): a few instructions a number, good enough to choose keys.
struct BenchRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Between zero and `bound` − 1; the bias of the multiplication is below 2⁻²⁴ for every bound in use.
    mutating func below(_ bound: UInt64) -> UInt64 {
        next().multipliedFullWidth(by: bound).high
    }

    /// In `0..<1`.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
