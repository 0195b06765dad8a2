import Glibc

/// Ranks with a Zipf distribution, 1 the most frequent, by rejection-inversion (Hörmann and Derflinger, 1996): no table
/// and no sum over all keys, so a billion of them costs nothing to set up.
struct Zipfian: Sendable {
    /// YCSB's skew.
    static let standardExponent = 0.99

    private let count: UInt64
    private let exponent: Double
    private let integralOfFirst: Double
    private let integralOfAll: Double
    private let threshold: Double

    /// For the ranks 1…`count`; `exponent` is neither 1 nor negative.
    init(count: UInt64, exponent: Double = Zipfian.standardExponent) {
        self.count = max(1, count)
        self.exponent = exponent
        integralOfFirst = Zipfian.integral(1.5, exponent) - 1
        integralOfAll = Zipfian.integral(Double(self.count) + 0.5, exponent)
        threshold =
            2
            - Zipfian.inverse(
                Zipfian.integral(2.5, exponent) - Zipfian.density(2, exponent), exponent)
    }

    /// Draws a rank.
    func next(_ random: inout BenchRandom) -> UInt64 {
        while true {
            let area = integralOfAll + random.unit() * (integralOfFirst - integralOfAll)
            let position = Zipfian.inverse(area, exponent)
            let rank = min(Double(count), max(1, (position + 0.5).rounded(.down)))
            let isInside =
                rank - position <= threshold
                || area >= Zipfian.integral(rank + 0.5, exponent) - Zipfian.density(rank, exponent)
            if isInside { return min(count, UInt64(rank)) }
        }
    }

    private static func density(_ x: Double, _ exponent: Double) -> Double { exp(-exponent * log(x)) }

    private static func integral(_ x: Double, _ exponent: Double) -> Double {
        let logarithm = log(x)
        let scaled = (1 - exponent) * logarithm
        return (scaled == 0 ? 1 : expm1(scaled) / scaled) * logarithm
    }

    private static func inverse(_ y: Double, _ exponent: Double) -> Double {
        let scaled = max(-1, y * (1 - exponent))
        return exp((scaled == 0 ? 1 : log1p(scaled) / scaled) * y)
    }
}
