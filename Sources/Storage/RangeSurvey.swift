/// Estimates a range of a store without reading most of it.
///
/// The store tells what files take, garbage and compression included, and shows what is in its write buffers. Stretches
/// of rows, spread evenly over those bytes, tell what part of them is alive:
/// ```
/// from ───▒▒────────▒▒────────▒▒────────▒▒─── to      live bytes = all bytes × live in ▒▒ ÷ all in ▒▒
/// ```
/// A small range is counted row by row. Blocks: some dozen seeks, and a walk over the range's rows in write buffers.
package struct RangeSurvey {
    private let store: any StateStore
    private let snapshot: any StateSnapshot
    private let from: [UInt8]
    private let to: [UInt8]
    /// Where buffered bytes are: keys, each with the bytes before it.
    private var marks: [(key: [UInt8], bytes: UInt64)] = []
    private var bufferedBytes: UInt64 = 0
    /// What files took before the look at the write buffers.
    private var filesBytes: UInt64 = 0

    /// A range that takes no more is counted.
    private static let countedBytesMax: UInt64 = 256 << 10
    /// …unless it has more rows than this.
    private static let countedRowsMax: UInt64 = 4_096
    private static let stretches: UInt64 = 12
    /// A stretch has so many rows and bytes: several blocks, since the store counts whole ones…
    private static let stretchRowsMin: UInt64 = 128
    private static let stretchBytesMin: UInt64 = 32 << 10
    /// …but no more of either than this.
    private static let stretchRowsMax: UInt64 = 1_024
    private static let stretchBytesMax: UInt64 = 128 << 10
    private static let markBytes: UInt64 = 32 << 10
    /// A place is found when it is as near to the wanted one as this part of the whole.
    private static let precision: UInt64 = 128
    private static let bisectionsMax = 128

    /// Surveys between two of them when a write buffer becomes a file in the middle of one: its rows are seen in both,
    /// or in neither.
    private static let attempts = 4

    /// The estimate. The middle is looked for only in a range of at least `middleFrom` bytes.
    package static func estimate(
        _ store: any StateStore, from: [UInt8], to: [UInt8], middleFrom: UInt64
    ) throws(StorageError) -> RangeEstimate {
        var found = RangeEstimate()
        for _ in 0..<attempts {
            let survey = try RangeSurvey(store, from: from, to: to)
            found = try survey.estimate(middleFrom: middleFrom)
            if try survey.isSettled() { break }
        }
        return found
    }

    /// Whether files take about what they took at the beginning.
    private func isSettled() throws(StorageError) -> Bool {
        let now = try size(from, to)
        return max(now, filesBytes) - min(now, filesBytes) <= (filesBytes + bufferedBytes) / 16
    }

    /// Looks at what is in write buffers.
    private init(_ store: any StateStore, from: [UInt8], to: [UInt8]) throws(StorageError) {
        self.store = store
        self.from = from
        self.to = to
        snapshot = try store.snapshot()
        filesBytes = try Self.bounded(from, to) { (from, to) throws(StorageError) in
            try store.approximateSize(from: from, to: to)
        }
        var marks: [(key: [UInt8], bytes: UInt64)] = []
        var total: UInt64 = 0
        var next = Self.markBytes
        try Self.bounded(from, to) { (from, to) throws(StorageError) in
            try store.iterateBuffered(from: from, to: to) { key, value in
                if total >= next {
                    marks.append(([UInt8](copying: key), total))
                    next = total + Self.markBytes
                }
                total += UInt64(key.byteCount + value.byteCount)
                return true
            }
        }
        self.marks = marks
        bufferedBytes = total
    }

    private func estimate(middleFrom: UInt64) throws(StorageError) -> RangeEstimate {
        let stored = try size(from, to) + bufferedBytes
        if stored <= Self.countedBytesMax, let counted = try count() {
            guard counted.bytes >= middleFrom else { return counted }
        }
        guard let first = try edge(isLast: false), let last = try edge(isLast: true) else { return RangeEstimate() }
        var live: UInt64 = 0
        var all: UInt64 = 0
        var rows: UInt64 = 0
        for number in 0..<Self.stretches {
            let start = try place(stored * (2 * number + 1) / (2 * Self.stretches), of: stored, first, last)
            let stretch = try walk(from: start)
            live += stretch.bytes
            rows += stretch.rows
            all += try size(start, stretch.end) + buffered(start, stretch.end)
        }
        // A file's blocks are counted whole, so that few rows may seem to take nothing.
        let bytes = all == 0 || live == 0 ? stored : Self.scale(stored, by: live, over: all)
        var found = RangeEstimate(bytes: bytes, keys: live == 0 ? 0 : Self.scale(bytes, by: rows, over: live))
        if bytes >= middleFrom { found.middle = try middle(of: stored, first, last) }
        return found
    }
}

extension RangeSurvey {
    /// All rows, one by one; nil when there are too many.
    private func count() throws(StorageError) -> RangeEstimate? {
        var found = RangeEstimate()
        var isWhole = true
        try Self.bounded(from, to) { (from, to) throws(StorageError) in
            try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                found.keys += 1
                found.bytes += UInt64(key.byteCount + value.byteCount)
                isWhole = found.keys < Self.countedRowsMax
                return isWhole
            }
        }
        return isWhole ? found : nil
    }

    private func edge(isLast: Bool) throws(StorageError) -> [UInt8]? {
        var found: [UInt8]?
        try Self.bounded(from, to) { (from, to) throws(StorageError) in
            try snapshot.iterate(from: from, to: to, reverse: isLast) { key, _ in
                found = [UInt8](copying: key)
                return false
            }
        }
        return found
    }

    /// A key with about `wanted` of the `stored` bytes before it. The keys at the edges keep the search out of what is
    /// empty: user keys often begin alike.
    private func place(
        _ wanted: UInt64, of stored: UInt64, _ first: [UInt8], _ last: [UInt8]
    ) throws(StorageError) -> [UInt8] {
        var (low, high) = (first, last)
        let slack = stored / Self.precision
        for _ in 0..<Self.bisectionsMax {
            guard low.lexicographicallyPrecedes(high), let key = KeyBisection.middle(of: low, and: high) else { break }
            let before = try size(from, key) + bufferedBefore(key)
            if before <= wanted { low = key } else { high = key }
            if max(before, wanted) - min(before, wanted) <= slack { return key }
        }
        return low
    }

    /// The first key that is there from the middle place on.
    private func middle(
        of stored: UInt64, _ first: [UInt8], _ last: [UInt8]
    ) throws(StorageError) -> [UInt8]? {
        let place = try place(stored / 2, of: stored, first, last)
        var found: [UInt8]?
        try Self.bounded(place, to) { (from, to) throws(StorageError) in
            try snapshot.iterate(from: from, to: to, reverse: false) { key, _ in
                // What all keys have is no border.
                guard found == nil, [UInt8](copying: key) != first else { return true }
                found = [UInt8](copying: key)
                return false
            }
        }
        return found
    }

    private func walk(from start: [UInt8]) throws(StorageError) -> (bytes: UInt64, rows: UInt64, end: [UInt8]) {
        var bytes: UInt64 = 0
        var rows: UInt64 = 0
        var end = to
        try Self.bounded(start, to) { (from, to) throws(StorageError) in
            try snapshot.iterate(from: from, to: to, reverse: false) { key, value in
                let isShort = rows < Self.stretchRowsMin || bytes < Self.stretchBytesMin
                guard isShort, rows < Self.stretchRowsMax, bytes < Self.stretchBytesMax else {
                    end = [UInt8](copying: key)
                    return false
                }
                rows += 1
                bytes += UInt64(key.byteCount + value.byteCount)
                return true
            }
        }
        return (bytes, rows, end)
    }

    private func size(_ start: [UInt8], _ end: [UInt8]) throws(StorageError) -> UInt64 {
        try Self.bounded(start, end) { (from, to) throws(StorageError) in
            try store.approximateSize(from: from, to: to)
        }
    }

    /// Exactly, for a stretch; for a whole range see `bufferedBefore`.
    private func buffered(_ start: [UInt8], _ end: [UInt8]) throws(StorageError) -> UInt64 {
        var bytes: UInt64 = 0
        try Self.bounded(start, end) { (from, to) throws(StorageError) in
            try store.iterateBuffered(from: from, to: to) { key, value in
                bytes += UInt64(key.byteCount + value.byteCount)
                return true
            }
        }
        return bytes
    }

    private func bufferedBefore(_ key: [UInt8]) -> UInt64 {
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].key.lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
        }
        return low < marks.count ? marks[low].bytes : bufferedBytes
    }

    private static func scale(_ number: UInt64, by part: UInt64, over whole: UInt64) -> UInt64 {
        let (high, low) = number.multipliedFullWidth(by: part)
        guard whole > high else { return .max }
        return whole.dividingFullWidth((high, low)).quotient
    }

    private static func bounded<R>(
        _ from: [UInt8], _ to: [UInt8], _ body: (_ from: RawSpan, _ to: RawSpan) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try from.withBytes { (from) throws(StorageError) in
            try to.withBytes { (to) throws(StorageError) in try body(from, to) }
        }
    }
}
