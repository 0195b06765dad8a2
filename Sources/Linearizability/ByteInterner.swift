/// Gives equal byte strings the same number, counted from 0 in the order of their first appearance.
///
/// All bytes lie in one array and the hash table holds numbers only, so that a million values cost a handful of
/// allocations.
struct ByteInterner: Sendable {
    private var bytes: [UInt8] = []
    /// Where each string ends; it begins where the one before ends.
    private var ends: [Int] = []
    private var hashes: [UInt32] = []
    /// Open addressing with linear probing; a power of two, at most half full.
    private var slots: [Int32] = Array(repeating: ByteInterner.free, count: 64)

    private static let free: Int32 = -1

    /// How many different strings there are.
    var count: Int { ends.count }

    /// The bytes of the string `number`.
    func bytes(of number: Int) -> ArraySlice<UInt8> { bytes[start(of: number)..<ends[number]] }

    /// The number of the bytes `range` of `source`; nil when there are too many different strings to count.
    mutating func number(of source: Span<UInt8>, _ range: Range<Int>) -> Int32? {
        let string = source.extracting(range)
        let hash = ByteInterner.hash(string)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        while slots[slot] != ByteInterner.free {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, isEqual(candidate, string) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        guard let number = Int32(exactly: ends.count), number < Int32.max - 1 else { return nil }
        slots[slot] = number
        hashes.append(hash)
        for index in string.indices { bytes.append(string[index]) }
        ends.append(bytes.count)
        if ends.count * 2 > slots.count { grow() }
        return number
    }

    private func start(of number: Int) -> Int { number == 0 ? 0 : ends[number - 1] }

    private func isEqual(_ number: Int, _ string: Span<UInt8>) -> Bool {
        let start = start(of: number)
        guard ends[number] - start == string.count else { return false }
        let known = bytes.span.extracting(start..<ends[number])
        // Without an early exit the loop is turned into vector instructions.
        var difference: UInt8 = 0
        for index in string.indices { difference |= known[index] ^ string[index] }
        return difference == 0
    }

    private mutating func grow() {
        slots = Array(repeating: ByteInterner.free, count: slots.count * 2)
        let mask = slots.count - 1
        for (number, hash) in hashes.enumerated() {
            var slot = Int(hash) & mask
            while slots[slot] != ByteInterner.free { slot = (slot + 1) & mask }
            slots[slot] = Int32(truncatingIfNeeded: number)
        }
    }

    /// Four independent chains, so that the multiplications of neighbouring bytes overlap.
    private static func hash(_ string: Span<UInt8>) -> UInt32 {
        let prime: UInt64 = 0x100_0000_01B3
        var (first, second, third, fourth): (UInt64, UInt64, UInt64, UInt64) = (1, 2, 3, UInt64(string.count))
        var index = 0
        while index &+ 4 <= string.count {
            first = (first ^ UInt64(string[index])) &* prime
            second = (second ^ UInt64(string[index &+ 1])) &* prime
            third = (third ^ UInt64(string[index &+ 2])) &* prime
            fourth = (fourth ^ UInt64(string[index &+ 3])) &* prime
            index &+= 4
        }
        while index < string.count {
            first = (first ^ UInt64(string[index])) &* prime
            index &+= 1
        }
        let mixed = BitMix.mix(first ^ BitMix.mix(second ^ BitMix.mix(third ^ BitMix.mix(fourth))))
        return UInt32(truncatingIfNeeded: mixed >> 32)
    }
}
