/// The operations that a search has placed so far, as bits.
///
/// Certain operations are placed almost in the order of their start: below `low` every word is full, above `high` every
/// word is empty, and only the words between tell two sets apart. Optional ones have words of their own, so that one
/// that never happens leaves no hole among the certain.
struct OperationSet {
    private var certain: [UInt64] = []
    private var optional: [UInt64] = []
    /// By operation: the bit of a certain one, or minus one minus the bit of an optional one.
    private var bits: [Int32] = []
    private var low = 0
    private var high = 0
    /// A sum of random numbers, one for each member.
    private(set) var hash: UInt64 = 0

    /// The empty set of `operations`.
    mutating func take(_ operations: [RegisterOperation]) {
        bits.removeAll(keepingCapacity: true)
        var (certainCount, optionalCount): (Int32, Int32) = (0, 0)
        for operation in operations {
            if operation.isOptional {
                bits.append(-1 - optionalCount)
                optionalCount += 1
            } else {
                bits.append(certainCount)
                certainCount += 1
            }
        }
        certain.removeAll(keepingCapacity: true)
        certain.append(contentsOf: repeatElement(0, count: Int(certainCount) / 64 + 1))
        optional.removeAll(keepingCapacity: true)
        optional.append(contentsOf: repeatElement(0, count: (Int(optionalCount) + 63) / 64))
        (low, high, hash) = (0, 0, 0)
    }

    mutating func insert(_ operation: Int) {
        toggle(operation)
        let word = max(0, Int(bits[operation])) / 64
        high = max(high, word)
        while low < high, certain[low] == .max { low += 1 }
    }

    mutating func remove(_ operation: Int) {
        toggle(operation)
        if bits[operation] >= 0 { low = min(low, Int(bits[operation]) / 64) }
        while high > low, certain[high] == 0 { high -= 1 }
        // Full words alone: the last of them is the one to show, as `insert` has it.
        if certain[high] == 0, low > 0 {
            low -= 1
            high = low
        }
    }

    /// Appends words that are the same for the same set and no other.
    func encode(into words: inout [UInt64]) {
        words.append(UInt64(low))
        words.append(contentsOf: optional)
        words.append(contentsOf: certain[low...high])
    }

    private mutating func toggle(_ operation: Int) {
        let bit = bits[operation]
        if bit >= 0 {
            certain[Int(bit) / 64] ^= 1 << UInt64(bit % 64)
        } else {
            let bit = -1 - bit
            optional[Int(bit) / 64] ^= 1 << UInt64(bit % 64)
        }
        hash ^= BitMix.mix(UInt64(operation) &+ 0x9E37_79B9_7F4A_7C15)
    }
}
