/// Which key an operation touches.
struct KeyDistribution: Sendable {
    /// The words of `--distribution`.
    enum Kind: String, SettingChoice { case uniform, zipfian }

    private let kind: Kind
    private let count: UInt64
    private let zipfian: Zipfian

    /// Over the keys 0…`count` − 1.
    init(_ kind: Kind, count: UInt64) {
        self.kind = kind
        self.count = max(1, count)
        zipfian = Zipfian(count: self.count)
    }

    /// Any key. The frequent ones of the skewed choice are scattered over the range, as YCSB does, so that one shard
    /// does not get all of them.
    func next(_ random: inout BenchRandom) -> UInt64 {
        switch kind {
        case .uniform: return random.below(count)
        case .zipfian:
            var scatter = BenchRandom(seed: zipfian.next(&random))
            return scatter.below(count)
        }
    }

    /// A key near the end of the first `total`; the last is the most frequent.
    func nextLatest(_ random: inout BenchRandom, total: UInt64) -> UInt64 {
        let distance = zipfian.next(&random)
        return total >= distance ? total - distance : 0
    }
}
