/// The middle of two keys, taken as binary fractions: for looking at a range by halves without knowing what is in it.
enum KeyBisection {
    /// A key strictly between `low` and `high`, about half way; nil when there is none to be found. `low` < `high`.
    static func middle(of low: [UInt8], and high: [UInt8]) -> [UInt8]? {
        // One more digit than either has: enough room between any two keys that are no neighbours.
        let count = max(low.count, high.count) + 1
        var sum = [UInt8](repeating: 0, count: count)
        var carry = 0
        for position in stride(from: count - 1, through: 0, by: -1) {
            let digits = digit(low, position) + digit(high, position) + carry
            sum[position] = UInt8(truncatingIfNeeded: digits)
            carry = digits >> 8
        }
        for position in sum.indices {
            let digits = carry << 8 | Int(sum[position])
            sum[position] = UInt8(truncatingIfNeeded: digits >> 1)
            carry = digits & 1
        }
        while sum.last == 0 { sum.removeLast() }
        return low.lexicographicallyPrecedes(sum) && sum.lexicographicallyPrecedes(high) ? sum : nil
    }

    private static func digit(_ key: [UInt8], _ position: Int) -> Int {
        position < key.count ? Int(key[position]) : 0
    }
}
