/// The one source of randomness (SplitMix64). Every purpose draws from a stream of its own, so that switching one
/// fault off leaves the others as they were, as far as that goes.
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    /// Who draws from it.
    enum Stream: UInt64 {
        case setup = 1
        case network
        case processes
        case faults
        case clients
        case checks
        case splits
        case placement
        case merges
        case bounds
        case reports
    }

    init(seed: UInt64, _ stream: Stream) {
        state = seed &* 0xD6E8_FEB8_6659_FD93 &+ stream.rawValue &* 0xA076_1D64_78BD_642F
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of the range; all are equally likely.
    mutating func draw(_ range: ClosedRange<Int>) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next().multipliedFullWidth(by: width).high)
    }

    /// True in so many of a hundred cases.
    mutating func happens(percent: Int) -> Bool { draw(1...100) <= percent }

    /// A waiting time of about this mean, short ones more often than long ones (roughly exponential).
    mutating func wait(mean: Int) -> Int {
        let bits = next()
        let halvings = Double(min(bits.leadingZeroBitCount, 12)) + Double(bits & 0xFFFF) / 65_536
        return max(1, Int(Double(mean) * 0.693 * halvings))
    }

    /// One of the elements.
    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[draw(0...(elements.count - 1))]
    }
}
