import Placement
import Testing

/// Sizes come from other nodes and must not trap here.
@Suite struct FiguresTests {
    @Test func bytesSaturate() {
        let all = ByteCount(.max)
        #expect(all + .mebibytes(1) == all)
        #expect(ByteCount.zero - .mebibytes(1) == .zero)
        #expect(ByteCount.gibibytes(.max) == all)
        #expect(all.percent(200) == all)
        #expect(ByteCount.mebibytes(100).percent(25) <= .mebibytes(25))
        #expect(ByteCount.mebibytes(100).percent(25) > .mebibytes(24))
    }

    @Test(arguments: [
        (ByteCount(5), "5 B"), (.mebibytes(256), "256 MiB"), (.gibibytes(2), "2048 MiB"), (.gibibytes(20), "20 GiB"),
    ])
    func bytesAsText(_ bytes: ByteCount, _ text: String) { #expect(bytes.description == text) }

    @Test func sharesAsText() { #expect(LaneShare(perMille: 512).description == "51.2 %") }

    @Test func limitsFitTogether() {
        var limits = PlacementLimits()
        #expect(limits.isConsistent)
        limits.shedFreePercent = limits.acceptFreePercent
        #expect(!limits.isConsistent, "a replica would go back and forth")
    }

    @Test func whatMergesDoesNotSplit() {
        let rules = PlacementRules()
        #expect(rules.splitBytes.percent(rules.limits.mergePercent * 2) < rules.splitBytes)
    }
}
