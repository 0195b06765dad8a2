@testable import Raft
import Testing

/// The compact log against a plain array, under random appends, overwrites, truncations and cache limits.
@Suite struct LogTests {
    @Test(arguments: 1...15) func behavesLikeAnArray(seed: UInt64) {
        var random = TestRandom(seed)
        var model: [TestEntry] = []
        var truncated = 0
        var floor = 0
        var log = Log<TestPayload>(truncated: LogPosition(), lastIndex: .zero, runs: [], entries: [])
        var term = Term(1)
        for _ in 0..<200 {
            switch random.below(10) {
            case 0..<6:
                if random.chance(20) { term = term.next }
                let content = TestEntry.Content.payload(TestPayload(text: "\(random.next() % 1_000)"))
                let entry = TestEntry(index: LogIndex(UInt64(model.count + 1)), term: term, content: content)
                model.append(entry)
                log.append(entry)
            case 6 where model.count > max(truncated, floor):
                let from = max(truncated, floor) + 1 + random.below(model.count - max(truncated, floor))
                model.removeSubrange((from - 1)...)
                log.removeSuffix(from: LogIndex(UInt64(from)))
                term = term.next
            case 7:
                let through = random.below(model.count + 3)
                log.truncate(through: LogIndex(UInt64(through)))
                if through <= model.count { truncated = max(truncated, through) }
            case 8:
                floor = max(floor, random.below(model.count + 1))
                log.shrinkCache(to: random.below(400), useless: .zero, floor: LogIndex(UInt64(floor)))
            default: break
            }
            compare(log, model, truncated, &random)
        }
    }

    private func compare(
        _ log: Log<TestPayload>, _ model: [TestEntry], _ truncated: Int, _ random: inout TestRandom
    ) {
        #expect(log.lastIndex == LogIndex(UInt64(model.count)))
        #expect(log.truncated.index == LogIndex(UInt64(truncated)))
        let terms = (0...model.count + 1).map { log.term(at: LogIndex(UInt64($0))) }
        let expectedTerms = (0...model.count + 1).map { index -> Term? in
            guard index >= truncated, index <= model.count else { return nil }
            return index == 0 ? .zero : model[index - 1].term
        }
        #expect(terms == expectedTerms)
        let from = random.below(model.count + 2)
        let isCached = LogIndex(UInt64(from)) >= log.cachedFirst && from <= model.count && from > 0
        let entries = log.entries(from: LogIndex(UInt64(from)), through: log.lastIndex)
        #expect((entries != nil) == isCached)
        if let entries { #expect(entries.map(\.summary) == model[(from - 1)...].map(\.summary)) }
        let limited = log.entries(from: LogIndex(UInt64(from)), through: log.lastIndex, byteLimit: 80)
        if let limited {
            #expect(!limited.isEmpty)
            #expect(limited.count == 1 || limited.reduce(0) { $0 + $1.byteCount } <= 80)
        }
        let limit = Term(UInt64(random.below(8)))
        let found = log.lastPosition(atOrBefore: LogIndex(UInt64(from)), termAtMost: limit)
        let expected = model.last { entry in
            entry.index <= LogIndex(UInt64(from)) && entry.term <= limit && entry.index > log.truncated.index
        }
        #expect(found == expected.map { LogPosition(index: $0.index, term: $0.term) } ?? log.truncated)
    }
}
