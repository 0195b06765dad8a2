import Keyspace
import Testing

@Suite struct KeyTests {
    @Test func orderIsThatOfBytes() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<8_000 {
            var a = random.bytes(0...20)
            // Half of the pairs share a prefix that crosses the eight-byte step.
            var b = Bool.random(using: &random) ? a : random.bytes(0...20)
            if !b.isEmpty, Bool.random(using: &random) {
                b[Int.random(in: 0..<b.count, using: &random)] ^= UInt8(1) << UInt8.random(in: 0...7, using: &random)
            }
            if Bool.random(using: &random) { a.append(0) }
            #expect((Key(a) < Key(b)) == a.lexicographicallyPrecedes(b), "\(a) \(b)")
            #expect((Key(a) == Key(b)) == (a == b))
        }
    }

    @Test func orderIsUnsigned() {
        #expect(Key([0x7F]) < Key([0x80]))
        #expect(Key([1, 2, 3, 4, 5, 6, 7, 0x7F]) < Key([1, 2, 3, 4, 5, 6, 7, 0xFF]))
        #expect(Key([1, 0, 0, 0, 0, 0, 0, 2]) < Key([2, 0, 0, 0, 0, 0, 0, 1]))
    }

    @Test func spacesAreApart() {
        #expect(Key.systemStart < Key.userStart)
        #expect(Key.userStart < Key.end)
        #expect(KeyRange.system.contains(.system("nodes/1")))
        #expect(!KeyRange.user.contains(.system("nodes/1")))
        #expect(KeyRange.user.contains(.user([])))
        #expect(KeyRange.user.contains(.user([0xFF, 0xFF])))
        #expect(!KeyRange.system.contains(.user([])))
        #expect(!KeyRange.system.overlaps(.user))
        #expect(Key.user([9, 8]).userBytes.map { Array($0) } == [9, 8])
        #expect(Key.system("x").userBytes == nil)
        #expect(Key([]).userBytes == nil)
    }

    @Test func rangesAgreeOnEdges() {
        let range = KeyRange(start: .user([5]), end: .user([7]))
        #expect(range.contains(.user([5])))
        #expect(range.contains(.user([6, 255])))
        #expect(!range.contains(.user([7])))
        #expect(!range.contains(.user([4, 255])))
        #expect(!range.overlaps(KeyRange(start: .user([7]), end: .user([9]))))
        #expect(!range.overlaps(KeyRange(start: .user([1]), end: .user([5]))))
        #expect(range.overlaps(KeyRange(start: .user([6]), end: .user([6, 0]))))
        #expect(KeyRange(start: .user([7]), end: .user([7])).isEmpty)
        #expect(KeyRange(start: .user([8]), end: .user([7])).isEmpty)
        #expect(!range.overlaps(KeyRange(start: .user([6]), end: .user([6]))))
        #expect(KeyRange.user.contains(range))
        #expect(!range.contains(.user))
        let key = Key.user([6])
        #expect(unsafe range.contains(key.bytes.span.bytes))
        let outside = Key.user([7])
        #expect(unsafe !range.contains(outside.bytes.span.bytes))
    }

    @Test func successorAndPrefixEnd() {
        let key = Key.user([1, 255])
        #expect(key < key.successor)
        #expect(key.successor == Key([2, 1, 255, 0]))
        #expect(key.prefixEnd == Key([2, 2]))
        #expect(Key.user([]).prefixEnd == .end)
        #expect(Key([255, 255]).prefixEnd == nil)
    }

    @Test func aCopyOfAViewIsTheKey() {
        let key = Key.user([1, 2, 3])
        #expect(unsafe Key(copying: key.bytes.span.bytes) == key)
        #expect(unsafe Key(copying: [UInt8]().span.bytes) == Key([]))
    }
}
