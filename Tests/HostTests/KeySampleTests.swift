import Keyspace
import Testing

@testable import Host

/// Where a shard's load is, from a few keys.
@Suite struct KeySampleTests {
    private let range = KeyRange(start: .userStart, end: .end)

    private func halving(_ range: KeyRange? = nil, _ key: (inout SeededRandom) -> UInt8) -> Key? {
        var sample = KeySample()
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 { sample.add(.user([key(&random)]), draw: random.next()) }
        return sample.halvingKey(in: range ?? self.range)
    }

    @Test func evenLoadIsHalved() throws {
        let key = try #require(halving { UInt8(truncatingIfNeeded: $0.next() % 200) })
        #expect(key > .user([60]) && key < .user([140]), "\(key)")
    }

    @Test func onlyTheShardsOwnKeysCount() throws {
        let part = KeyRange(start: .user([100]), end: .user([200]))
        let key = try #require(halving(part) { UInt8(truncatingIfNeeded: $0.next() % 200) })
        #expect(key > .user([120]) && key < .user([180]), "\(key)")
    }

    @Test func oneKeyWithAllOfItHasNoHalf() {
        #expect(halving { _ in 7 } == nil)
        #expect(halving { $0.next() % 100 < 96 ? 7 : UInt8(truncatingIfNeeded: $0.next() % 14) } == nil)
    }

    @Test func aHotKeyIsPartedFromTheRest() throws {
        let key = try #require(halving { $0.next() % 100 < 60 ? 7 : UInt8(truncatingIfNeeded: 8 + $0.next() % 100) })
        #expect(key > .user([7]) && key < .user([20]), "\(key)")
    }

    @Test func fewRequestsSayNothing() {
        var sample = KeySample()
        for number in 0..<10 as Range<UInt8> { sample.add(.user([number]), draw: 0) }
        #expect(sample.halvingKey(in: range) == nil)
    }

    /// One of about 128, whatever comes at once, and the same for the same seed.
    @Test func theSamplerIsFair() {
        var (a, b) = (RequestSampler(seed: 9), RequestSampler(seed: 9))
        var picked = 0
        for _ in 0..<100_000 {
            let draw = a.pick(of: 1)
            #expect(draw == b.pick(of: 1))
            if draw != nil { picked += 1 }
        }
        #expect(picked > 600 && picked < 1_000, "\(picked)")
    }
}
