import Keyspace

/// A sorted map from bytes to bytes. A copy is free; the first change after it copies what both share of the place
/// that changes, and what nobody shares is changed in place. That makes snapshots of the in-memory engine cheap.
///
/// Rows lie in chunks of at most `chunkMax`, in order, none of them empty: a search is two binary searches, and a
/// change moves a few hundred bytes.
package struct OrderedMap: Sendable {
    private var chunks: [Chunk] = []

    private static let chunkMax = 64

    private struct Chunk: Sendable {
        var keys: [[UInt8]]
        var values: [[UInt8]]

        /// The first position whose key is not below `key`.
        func position(of key: RawSpan) -> Int {
            var low = 0
            var high = keys.count
            while low < high {
                let middle = (low + high) / 2
                if ByteOrder.compare(keys[middle], key) < 0 { low = middle + 1 } else { high = middle }
            }
            return low
        }

        func has(_ key: RawSpan, at position: Int) -> Bool {
            position < keys.count && ByteOrder.compare(keys[position], key) == 0
        }
    }

    /// A row's place.
    private struct Place {
        var chunk: Int
        var position: Int
    }

    package init() {}

    /// The value of `key`.
    package subscript(key: RawSpan) -> [UInt8]? {
        guard !chunks.isEmpty else { return nil }
        let chunk = chunkIndex(of: key)
        let position = chunks[chunk].position(of: key)
        return chunks[chunk].has(key, at: position) ? chunks[chunk].values[position] : nil
    }

    /// The chunk in which `key` is or belongs: the last one that begins at or before it, or the first of all.
    private func chunkIndex(of key: RawSpan) -> Int {
        // Keys mostly grow.
        if let last = chunks.last, ByteOrder.compare(last.keys[0], key) <= 0 { return chunks.count - 1 }
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if ByteOrder.compare(chunks[middle].keys[0], key) <= 0 { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    /// The first row at or after `key`; the end when there is none.
    private func place(of key: RawSpan) -> Place {
        guard !chunks.isEmpty else { return Place(chunk: 0, position: 0) }
        let chunk = chunkIndex(of: key)
        let position = chunks[chunk].position(of: key)
        return position < chunks[chunk].keys.count
            ? Place(chunk: chunk, position: position) : Place(chunk: chunk + 1, position: 0)
    }

    /// Stores `value` under `key`; returns what was there before.
    @discardableResult
    package mutating func put(_ key: [UInt8], _ value: [UInt8]) -> [UInt8]? {
        guard !chunks.isEmpty else {
            chunks.append(Chunk(keys: [key], values: [value]))
            return nil
        }
        let (chunk, position, isThere) = key.withBytes { key in
            let chunk = chunkIndex(of: key)
            let position = chunks[chunk].position(of: key)
            return (chunk, position, chunks[chunk].has(key, at: position))
        }
        if isThere {
            var value = value
            swap(&chunks[chunk].values[position], &value)
            return value
        }
        chunks[chunk].keys.insert(key, at: position)
        chunks[chunk].values.insert(value, at: position)
        if chunks[chunk].keys.count > OrderedMap.chunkMax { split(chunk) }
        return nil
    }

    /// Cuts off the upper half; of the last chunk only the last row, since keys mostly grow.
    private mutating func split(_ chunk: Int) {
        let count = chunks[chunk].keys.count
        let cut = chunk == chunks.count - 1 ? count - 1 : count / 2
        let upper = Chunk(keys: Array(chunks[chunk].keys[cut...]), values: Array(chunks[chunk].values[cut...]))
        chunks[chunk].keys.removeSubrange(cut...)
        chunks[chunk].values.removeSubrange(cut...)
        chunks.insert(upper, at: chunk + 1)
    }

    /// Removes `key`; returns what was there.
    @discardableResult
    package mutating func remove(_ key: [UInt8]) -> [UInt8]? {
        guard !chunks.isEmpty else { return nil }
        let (chunk, position, isThere) = key.withBytes { key in
            let chunk = chunkIndex(of: key)
            let position = chunks[chunk].position(of: key)
            return (chunk, position, chunks[chunk].has(key, at: position))
        }
        guard isThere else { return nil }
        let old = chunks[chunk].values.remove(at: position)
        chunks[chunk].keys.remove(at: position)
        if chunks[chunk].keys.isEmpty { chunks.remove(at: chunk) }
        return old
    }

    /// Removes the keys of [`from`, `to`), nothing when they are in the wrong order; returns the rows that were there.
    @discardableResult
    package mutating func removeRange(from: [UInt8], to: [UInt8]) -> [(key: [UInt8], value: [UInt8])] {
        var removed: [(key: [UInt8], value: [UInt8])] = []
        guard ByteOrder.compare(from, to) < 0 else { return removed }
        var chunk = from.withBytes { place(of: $0).chunk }
        var reachesOn = true
        while reachesOn, chunk < chunks.count {
            let (low, high) = from.withBytes { from in
                to.withBytes { (chunks[chunk].position(of: from), chunks[chunk].position(of: $0)) }
            }
            reachesOn = high == chunks[chunk].keys.count
            for position in low..<high {
                removed.append((chunks[chunk].keys[position], chunks[chunk].values[position]))
            }
            chunks[chunk].keys.removeSubrange(low..<high)
            chunks[chunk].values.removeSubrange(low..<high)
            if chunks[chunk].keys.isEmpty { chunks.remove(at: chunk) } else { chunk += 1 }
        }
        return removed
    }

    /// Bytes of the keys and values in [`from`, `to`).
    package func byteCount(from: RawSpan, to: RawSpan) -> Int {
        var count = 0
        iterate(from: from, to: to, reverse: false) { key, value in
            count += key.byteCount + value.byteCount
            return true
        }
        return count
    }

    /// Shows the rows of [`from`, `to`) in order, or in reverse, until `body` returns false.
    package func iterate(
        from: RawSpan, to: RawSpan, reverse: Bool, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) {
        let first = place(of: from)
        let end = place(of: to)
        var place = reverse ? end : first
        while reverse ? isBefore(first, place) : isBefore(place, end) {
            if reverse, !stepBack(&place) { return }
            let chunk = chunks[place.chunk]
            let goesOn = chunk.keys[place.position].withBytes { key in
                chunk.values[place.position].withBytes { body(key, $0) }
            }
            guard goesOn else { return }
            if !reverse { stepForward(&place) }
        }
    }

    private func isBefore(_ a: Place, _ b: Place) -> Bool { (a.chunk, a.position) < (b.chunk, b.position) }

    private func stepForward(_ place: inout Place) {
        place.position += 1
        if place.position == chunks[place.chunk].keys.count { place = Place(chunk: place.chunk + 1, position: 0) }
    }

    private func stepBack(_ place: inout Place) -> Bool {
        if place.position > 0 {
            place.position -= 1
            return true
        }
        guard place.chunk > 0 else { return false }
        place = Place(chunk: place.chunk - 1, position: chunks[place.chunk - 1].keys.count - 1)
        return true
    }
}
