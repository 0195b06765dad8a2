/// A point in a shard's replicated time: a hybrid logical clock of 48 bits of milliseconds since 1970 and 16 bits of
/// counter. It is the version of a value, unique within a shard and strictly increasing (rules 19–21).
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Milliseconds beyond 48 bits (the year 10889) are taken as the last that fit.
    package init(milliseconds: UInt64, counter: UInt16 = 0) {
        rawValue = min(milliseconds, Timestamp.millisecondsMax) << 16 | UInt64(counter)
    }

    /// Before every version.
    package static let zero = Timestamp(0)

    private static let millisecondsMax: UInt64 = 1 << 48 - 1

    /// Milliseconds since 1970.
    package var milliseconds: UInt64 { rawValue >> 16 }

    /// Distinguishes what happens within a millisecond.
    package var counter: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// The stamp `count` places further. A counter that runs over carries into the milliseconds; the end of the
    /// number line is never passed.
    package func advanced(by count: UInt64) -> Timestamp {
        let (sum, overflow) = rawValue.addingReportingOverflow(count)
        return Timestamp(overflow ? .max : sum)
    }

    /// The stamp for what follows `last` when the cluster clock shows `milliseconds`: the clock, unless `last` is
    /// already there or ahead of it (rule 20).
    package static func next(after last: Timestamp, clock milliseconds: UInt64) -> Timestamp {
        max(last.advanced(by: 1), Timestamp(milliseconds: milliseconds))
    }

    package static func < (a: Timestamp, b: Timestamp) -> Bool { a.rawValue < b.rawValue }
    package var description: String { String(rawValue) }
}
