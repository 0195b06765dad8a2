import Storage
import StorageConformance
import Testing

@Suite struct OrderedMapTests {
    @Test func matchesASortedDictionary() throws {
        var draw = Draw(seed: 5)
        var map = OrderedMap()
        var model: [[UInt8]: [UInt8]] = [:]
        for step in 0..<2_000 {
            let key = key(&draw)
            if draw.below(6) == 0 {
                let end = self.key(&draw)
                map.removeRange(from: key, to: end)
                model = model.filter { $0.key.lexicographicallyPrecedes(key) || !$0.key.lexicographicallyPrecedes(end) }
            } else {
                map.put(key, [UInt8(step % 256)])
                model[key] = [UInt8(step % 256)]
            }
            #expect(key.withBytes { map[$0] } == model[key])
            guard step % 10 == 0 else { continue }
            let (from, to) = (self.key(&draw), self.key(&draw))
            for reverse in [false, true] {
                let sorted = model.keys.filter {
                    !$0.lexicographicallyPrecedes(from) && $0.lexicographicallyPrecedes(to)
                }.sorted { $0.lexicographicallyPrecedes($1) }
                #expect(keys(map, from, to, reverse) == (reverse ? sorted.reversed() : sorted))
            }
        }
    }

    /// Crash images rely on it: a copy is a value.
    @Test func aCopyDoesNotChange() {
        var map = OrderedMap()
        map.put([1], [1])
        let copy = map
        map.put([1], [2])
        map.removeRange(from: [0], to: [9])
        #expect([1].withBytes { copy[$0] } == [1])
    }

    private func key(_ draw: inout Draw) -> [UInt8] { (0..<draw.below(4)).map { _ in UInt8(draw.below(5)) } }

    private func keys(_ map: OrderedMap, _ from: [UInt8], _ to: [UInt8], _ reverse: Bool) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        from.withBytes { from in
            to.withBytes { to in
                map.iterate(from: from, to: to, reverse: reverse) { key, _ in
                    keys.append([UInt8](copying: key))
                    return true
                }
            }
        }
        return keys
    }
}
