/// A length of time as people write it: `30s`, `500ms`, `1.5m`, `2h`, `7d`.
struct TimeSpan: Equatable, Sendable {
    var duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    /// In nanoseconds; saturates.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = whole.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return overflow || carry ? .max : sum
    }

    /// In seconds.
    var seconds: Double { Double(nanoseconds) / 1e9 }
}

extension TimeSpan: SettingValue {
    static let expectation = "a length of time, for example 30s, 500ms or 5m"

    /// The longest that is accepted, 100 years: sums of deadlines stay far from any overflow.
    private static let longestNanoseconds = 100.0 * 365 * 86_400 * 1e9

    init?(setting text: String) {
        let digits = text.prefix { ($0.isASCII && $0.isNumber) || $0 == "." }
        guard let number = Double(digits), number >= 0,
            let unit = TimeSpan.nanoseconds(of: text.dropFirst(digits.count))
        else { return nil }
        let nanoseconds = (number * unit).rounded()
        guard nanoseconds.isFinite, nanoseconds <= TimeSpan.longestNanoseconds else { return nil }
        self.duration = .nanoseconds(Int64(nanoseconds))
    }

    /// A bare number has no unit on purpose: seconds and milliseconds are too easily confused.
    private static func nanoseconds(of unit: Substring) -> Double? {
        switch unit {
        case "us": 1e3
        case "ms": 1e6
        case "s": 1e9
        case "m": 60e9
        case "h": 3600e9
        case "d": 86_400e9
        default: nil
        }
    }
}
