import NIOCore
import Raft
import Wire

extension FuzzTarget {
    /// Consecutive log entries, as on disk and in an append. Their encoding is the only one.
    static let entryChunk = FuzzTarget(name: "entry-chunk") { input in
        var program = Program(input)
        let isSealed = program.flag()
        var chunk = program.rest()
        if isSealed { Seal.entries(&chunk) }
        Check.recode(
            chunk, isExact: true, decode: { try EntryDecoder.decodeChunk($0) }, encode: { EncodedEntry.chunk($0) })
        compareScan(chunk)
        checkSplits(chunk)
    } seeds: {
        var seeds: [ByteBuffer] = []
        let steps = [Samples.splitEntry()] + Samples.mergeEntries() + [Samples.checkEntry()]
        let chunks = (try Samples.entries() + steps).map { EncodedEntry.chunk([$0]) }
        for chunk in [try Samples.chunk()] + chunks {
            var seed = ByteBuffer(bytes: [1])
            seed.writeImmutableBuffer(chunk)
            seeds.append(seed)
        }
        return seeds
    }

    /// A split that reads is written as it was.
    private static func checkSplits(_ chunk: ByteBuffer) {
        for entry in (try? EntryDecoder.decodeChunk(chunk)) ?? [] {
            guard case .payload(let payload) = entry.content, let split = try? SplitCommand(payload) else { continue }
            Check.that(split.encode(term: entry.term, index: entry.index) == payload, "a split is written otherwise")
        }
    }

    /// The scan that makes no entries finds what the decoder finds.
    private static func compareScan(_ chunk: ByteBuffer) {
        let scanned = try? EntryDecoder.scanChunk(chunk)
        guard let entries = try? EntryDecoder.decodeChunk(chunk), let first = entries.first else { return }
        guard let scanned else { fatalError("the scan refuses what the decoder takes") }
        var summary = ChunkSummary(firstIndex: first.index, term: first.term)
        for entry in entries.dropFirst() { summary.append(index: entry.index, term: entry.term) }
        Check.that(summary == scanned, "scan and decoder differ")
        for case .payload(let payload) in entries.map(\.content) { _ = payload.versionBound }
    }
}
