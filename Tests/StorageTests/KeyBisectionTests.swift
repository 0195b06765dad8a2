import Testing

@testable import Storage

/// Between any two keys that are no neighbours there is a middle.
@Suite struct KeyBisectionTests {
    @Test func middles() {
        #expect(KeyBisection.middle(of: [2], and: [3]) == [2, 0x80])
        #expect(KeyBisection.middle(of: [2], and: [4]) == [3])
        #expect(KeyBisection.middle(of: [0xFF], and: [0xFF, 0xFF]) == [0xFF, 0x7F, 0x80])
        #expect(KeyBisection.middle(of: [2, 0xFF], and: [3, 1]) == [3])
        #expect(KeyBisection.middle(of: [], and: [1]) == [0, 0x80])
        // Nothing lies between a key and its successor.
        #expect(KeyBisection.middle(of: [5], and: [5, 0]) == nil)
        #expect(KeyBisection.middle(of: [5], and: [5]) == nil)
    }

    /// Bisecting comes as near to any key as one likes.
    @Test func everyKeyIsApproached() {
        for wanted in [Array("key000000123456".utf8), [1], [0xFE, 0xFF, 0xFF], [0, 0, 0, 1]] as [[UInt8]] {
            var (low, high): ([UInt8], [UInt8]) = ([], [0xFF])
            for _ in 0..<(8 * (wanted.count + 2)) {
                guard let middle = KeyBisection.middle(of: low, and: high) else { break }
                #expect(low.lexicographicallyPrecedes(middle) && middle.lexicographicallyPrecedes(high))
                if wanted.lexicographicallyPrecedes(middle) { high = middle } else { low = middle }
            }
            #expect(!wanted.lexicographicallyPrecedes(low) && wanted.lexicographicallyPrecedes(high))
            // What is left between them is less than any key of that length.
            #expect(high.starts(with: wanted), "\(low) … \(high)")
        }
    }
}
