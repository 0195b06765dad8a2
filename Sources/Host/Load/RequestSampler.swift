/// Picks one of about 128 operations. The distances differ, so that clients in step with each other are not seen in
/// part only; they follow from the seed alone.
struct RequestSampler: Sendable {
    private var state: UInt64
    private var left = 1

    init(seed: UInt64) { state = seed | 1 }

    /// Counts operations; a random number when one of them is to be looked at.
    mutating func pick(of operations: Int) -> UInt64? {
        left -= operations
        return left > 0 ? nil : draw()
    }

    private mutating func draw() -> UInt64 {
        // xorshift64*: Vigna, An experimental exploration of Marsaglia's xorshift generators, scrambled (2016).
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        let number = state &* 0x2545_F491_4F6C_DD1D
        left = 64 + Int(number >> 57)
        return number >> 8
    }
}
