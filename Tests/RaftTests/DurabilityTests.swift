@testable import Raft
import Testing

/// What completions of the disk are worth, against a disk that is played through.
@Suite struct DurabilityTests {
    /// After each completion the claimed prefix must be on the model disk exactly as it is in memory, and must be
    /// the longest such prefix that no open request will touch.
    @Test(arguments: 1...30) func claimsOnlyWhatTheDiskHolds(seed: UInt64) {
        var random = TestRandom(seed)
        var durability = Durability(persistedIndex: .zero)
        var memory: [Int] = []
        var disk: [Int] = []
        var pendingFirst: Int?
        var open: [(token: PersistToken, first: Int, values: [Int])] = []
        for step in 0..<200 {
            switch random.below(4) {
            case 0:
                let first = random.chance(70) ? memory.count : random.below(memory.count + 1)
                // Values come back, as terms may: the same entry written, overwritten, and written again.
                memory = Array(memory[..<first]) + [random.below(2)]
                pendingFirst = min(pendingFirst ?? first, first)
                durability.noteLogChange(from: LogIndex(UInt64(first + 1)))
            case 1:
                guard let first = pendingFirst else { continue }
                let last = LogPosition(index: LogIndex(UInt64(memory.count)), term: Term(1))
                open.append((durability.issue(term: Term(1), last: last), first, Array(memory[first...])))
                pendingFirst = nil
            case 2:
                guard !open.isEmpty else { continue }
                let count = random.below(open.count) + 1
                for request in open.prefix(count) { disk = Array(disk[..<request.first]) + request.values }
                let isKnown = durability.complete(open[count - 1].token)
                #expect(isKnown)
                open.removeFirst(count)
            default:
                let stranger = PersistToken(term: Term(9), lastIndex: LogIndex(9), lastTerm: Term(9), sequence: 1)
                let isKnown = durability.complete(stranger)
                #expect(!isKnown)
            }
            let claimed = Int(durability.persistedIndex.rawValue)
            let untouched = min(open.map(\.first).min() ?? .max, pendingFirst ?? .max)
            #expect(claimed <= disk.count && claimed <= untouched, "step \(step)")
            if claimed <= disk.count { #expect(disk[..<claimed] == memory[..<claimed], "step \(step)") }
            if open.isEmpty, pendingFirst == nil { #expect(claimed == memory.count) }
        }
    }

    /// Snapshots among appends: what is claimed beyond the newest one is on the model disk as it is in memory, and
    /// nothing of a log that was dropped is ever claimed again, however late its requests are done.
    @Test(arguments: 1...30) func claimsNothingOfADroppedLog(seed: UInt64) {
        var random = TestRandom(seed)
        var durability = Durability(persistedIndex: .zero)
        var memory: [Int] = []
        var disk: [Int] = []
        var base = 0
        var pendingFirst: Int?
        var open: [(token: PersistToken, first: Int?, values: [Int], dropsTo: Int?)] = []
        for step in 0..<300 {
            switch random.below(10) {
            case 0..<4:
                let first = random.chance(70) ? memory.count : base + random.below(memory.count - base + 1)
                memory = Array(memory[..<first]) + [random.below(2)]
                pendingFirst = min(pendingFirst ?? first, first)
                durability.noteLogChange(from: LogIndex(UInt64(first + 1)))
            case 4:
                let dropsLog = random.chance(50) || memory.count == base
                base += 1 + random.below(dropsLog ? memory.count - base + 2 : memory.count - base)
                // A snapshot's own entries are in the state, so nobody asks what the log had there: −1.
                memory = Array(repeating: -1, count: base) + (dropsLog ? [] : memory[base...])
                if dropsLog { pendingFirst = base } else if let first = pendingFirst { pendingFirst = max(first, base) }
                let position = LogPosition(index: LogIndex(UInt64(base)), term: Term(1))
                durability.noteSnapshot(LogBase(position: position, dropsLog: dropsLog))
            case 5, 6:
                guard durability.hasPending else { continue }
                let drops = durability.pendingBase.map { $0.dropsLog ? base : nil } ?? nil
                let last = LogPosition(index: LogIndex(UInt64(memory.count)), term: Term(1))
                let values = pendingFirst.map { Array(memory[$0...]) } ?? []
                open.append((durability.issue(term: Term(1), last: last), pendingFirst, values, drops))
                pendingFirst = nil
            default:
                guard !open.isEmpty else { continue }
                let count = random.below(open.count) + 1
                for request in open.prefix(count) {
                    if let start = request.dropsTo { disk = Array(repeating: -1, count: start) }
                    guard let first = request.first, !request.values.isEmpty else { continue }
                    let known = disk.prefix(first)
                    disk = known + Array(repeating: -1, count: first - known.count) + request.values
                }
                let isKnown = durability.complete(open[count - 1].token)
                #expect(isKnown)
                open.removeFirst(count)
            }
            let claimed = Int(durability.persistedIndex.rawValue)
            #expect(claimed >= base && claimed <= memory.count, "step \(step)")
            guard claimed > base, claimed <= memory.count else { continue }
            #expect(claimed <= disk.count && disk[base..<claimed] == memory[base..<claimed], "step \(step)")
        }
    }
}
