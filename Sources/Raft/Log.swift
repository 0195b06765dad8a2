/// The log of one replica: the terms of all its entries, and the newest entries themselves.
///
/// ```
///        truncated            cachedFirst          lastIndex
///            │ terms only          │ terms and entries │
///  ──────────┼─────────────────────┼───────────────────┤
///  dropped   │  runs: (first, term), (first, term), …  │
/// ```
/// - `truncated.index` ≤ `cachedFirst` − 1 ≤ `lastIndex`.
/// - The first run begins right after `truncated`; firsts and terms of the runs strictly increase.
/// - The cache is consecutive and ends at `lastIndex`.
///
/// The log knows nothing of durability or commit: its owner decides what may be dropped or overwritten.
struct Log<Payload: EntryPayload>: Sendable {
    /// The last entry that was dropped for good, or the base of a snapshot.
    private(set) var truncated: LogPosition
    /// The greatest index, or `truncated.index` of an empty log.
    private(set) var lastIndex: LogIndex
    /// The terms of (`truncated.index`, `lastIndex`].
    private(set) var runs: [TermRun]
    /// What the cached entries count.
    private(set) var cachedBytes: Int
    /// Cached entries from `head` on; the slots before it are vacant and hold no payload.
    private var cache: [Entry<Payload>]
    private var head: Int
    /// `cache.count − head`: asked for several times a turn, and the array is of a generic type.
    private var cachedCount: Int

    /// `runs` are the terms of everything after `truncated`, `entries` the newest entries, ending at `lastIndex`.
    init(truncated: LogPosition, lastIndex: LogIndex, runs: [TermRun], entries: [Entry<Payload>]) {
        self.truncated = truncated
        self.lastIndex = lastIndex
        self.runs = runs
        cache = entries
        head = 0
        cachedCount = entries.count
        cachedBytes = entries.reduce(0) { $0 + $1.byteCount }
    }

    /// The first index whose entry is in memory; `lastIndex` + 1 when none is.
    var cachedFirst: LogIndex { LogIndex(lastIndex.rawValue - UInt64(cachedCount)).next }

    /// The end of the log.
    var last: LogPosition { LogPosition(index: lastIndex, term: runs.last?.term ?? truncated.term) }

    /// The term at `index`; nil before the truncation point and after the end.
    func term(at index: LogIndex) -> Term? {
        if index == truncated.index { return truncated.term }
        guard index > truncated.index, index <= lastIndex, let run = runIndex(of: index) else { return nil }
        return runs[run].term
    }

    /// The last position at or before `index` whose term is at most `term`; the truncation point when there is none.
    func lastPosition(atOrBefore index: LogIndex, termAtMost term: Term) -> LogPosition {
        var end = min(index, lastIndex)
        guard end > truncated.index, var run = runIndex(of: end) else { return truncated }
        while runs[run].term > term {
            end = runs[run].first.previous
            guard run > 0 else { return truncated }
            run -= 1
        }
        return LogPosition(index: end, term: runs[run].term)
    }

    /// The run that contains `index`, by binary search.
    private func runIndex(of index: LogIndex) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].first <= index { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? low - 1 : nil
    }

    /// Adds the entry after the last one.
    mutating func append(_ entry: Entry<Payload>) {
        precondition(entry.index > lastIndex && entry.index == lastIndex.next, "the log has no holes")
        precondition(entry.term >= last.term, "terms never decrease along the log")
        if entry.term != runs.last?.term { runs.append(TermRun(first: entry.index, term: entry.term)) }
        lastIndex = entry.index
        cache.append(entry)
        cachedCount += 1
        cachedBytes += entry.byteCount
    }

    /// Removes the entries from `index` on (paper §5.3: a conflict is overwritten by the leader's entries).
    mutating func removeSuffix(from index: LogIndex) {
        precondition(index > truncated.index, "truncated entries are committed")
        guard index <= lastIndex else { return }
        while let run = runs.last, run.first >= index { runs.removeLast() }
        while cachedCount > 0, let entry = cache.last, entry.index >= index {
            cachedBytes -= entry.byteCount
            cache.removeLast()
            cachedCount -= 1
        }
        if cachedCount == 0 { cache.removeAll(); head = 0 }
        lastIndex = index.previous
    }

    /// Forgets everything up to `index`, which becomes the truncation point.
    mutating func truncate(through index: LogIndex) {
        guard index > truncated.index, index <= lastIndex, let term = term(at: index) else { return }
        uncache(through: index)
        truncated = LogPosition(index: index, term: term)
        guard index < lastIndex, let run = runIndex(of: index.next) else { return runs.removeAll() }
        runs.removeFirst(run)
        runs[0].first = index.next
    }

    /// Begins anew after a snapshot at `base`, which this log does not contain.
    mutating func reset(to base: LogPosition) {
        self = Log(truncated: base, lastIndex: base.index, runs: [], entries: [])
    }

    /// The cached entries from `from` through `through`, at least one and at most about `byteLimit` bytes.
    /// Nil when `from` is not in memory.
    func entries(from: LogIndex, through: LogIndex, byteLimit: Int = .max) -> ArraySlice<Entry<Payload>>? {
        guard from >= cachedFirst, from <= through, through <= lastIndex else { return nil }
        let start = head + Int(cachedFirst.distance(to: from))
        let limit = start + Int(from.distance(to: through)) + 1
        var end = start + 1
        guard byteLimit < .max else { return cache[start..<limit] }
        var bytes = cache[start].byteCount
        while end < limit, bytes + cache[end].byteCount <= byteLimit {
            bytes += cache[end].byteCount
            end += 1
        }
        return cache[start..<end]
    }

    /// Drops cached entries up to `floor`: all up to `useless`, and further ones while more than `byteLimit` are held.
    mutating func shrinkCache(to byteLimit: Int, useless: LogIndex, floor: LogIndex) {
        while cachedFirst <= lastIndex, cachedFirst <= floor, cachedFirst <= useless || cachedBytes > byteLimit {
            uncacheFirst()
        }
        compactCache()
    }

    private mutating func uncache(through index: LogIndex) {
        while cachedFirst <= lastIndex, cachedFirst <= index { uncacheFirst() }
        compactCache()
    }

    private mutating func uncacheFirst() {
        cachedBytes -= cache[head].byteCount
        // A vacant slot must not keep the payload's memory alive.
        cache[head].content = .empty
        head += 1
        cachedCount -= 1
    }

    /// Gives vacant slots back once they are the larger part, so that dropping costs O(1) an entry.
    private mutating func compactCache() {
        guard head > 0 else { return }
        if cachedCount == 0 {
            cache.removeAll()
            head = 0
        } else if head > cachedCount {
            cache.removeFirst(head)
            head = 0
        }
    }
}
