import Keyspace
import Raft
import Testing

@Suite struct DescriptorTests {
    @Test func newerIsVersionThenConfig() {
        let base = RangeMapTests.descriptor(1, 0, 9, version: 2, config: 7)
        #expect(!base.isNewer(than: base))
        #expect(RangeMapTests.descriptor(1, 0, 9, version: 2, config: 8).isNewer(than: base))
        #expect(RangeMapTests.descriptor(1, 0, 9, version: 3, config: 0).isNewer(than: base))
        #expect(!RangeMapTests.descriptor(1, 0, 9, version: 1, config: 99).isNewer(than: base))
    }

    @Test func limitsFitTogether() {
        #expect(KeyLimits.valueBytesMax + KeyLimits.internalKeyBytesMax < KeyLimits.clientFrameBytesMax)
        #expect(KeyLimits.clientFrameBytesMax < KeyLimits.entryBytesMax)
        #expect(KeyLimits.entryBytesMax < KeyLimits.peerFrameBytesMax)
        #expect(KeyLimits.internalKeyBytesMax + 1 <= Int(UInt16.max))
    }
}
