/// The keys of a benchmark: a prefix and 12 digits.
struct BenchKeys: Sendable {
    static let digits = 12
    /// One more than the greatest number that fits.
    static let countMax: UInt64 = 1_000_000_000_000

    /// The key of number zero; the others are copies with their digits put in.
    private let zero: [UInt8]

    init(prefix: [UInt8]) {
        zero = prefix + [UInt8](repeating: UInt8(ascii: "0"), count: BenchKeys.digits)
    }

    /// The key of `number`, which is below `countMax`.
    func key(_ number: UInt64) -> [UInt8] {
        var key = zero
        var rest = number
        var place = key.count - 1
        let first = key.count - BenchKeys.digits
        while rest > 0, place >= first {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            key[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
            place -= 1
        }
        return key
    }
}
