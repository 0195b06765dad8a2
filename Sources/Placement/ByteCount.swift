/// A number of bytes on a disk.
package struct ByteCount: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Nothing.
    package static let zero = ByteCount(0)

    /// From mebibytes; saturates.
    package static func mebibytes(_ count: UInt64) -> ByteCount { ByteCount(1 << 20).times(count) }

    /// From gibibytes; saturates.
    package static func gibibytes(_ count: UInt64) -> ByteCount { ByteCount(1 << 30).times(count) }

    /// Saturating: sizes come from other nodes and must not trap here.
    package static func + (a: ByteCount, b: ByteCount) -> ByteCount {
        let (sum, overflow) = a.rawValue.addingReportingOverflow(b.rawValue)
        return ByteCount(overflow ? .max : sum)
    }

    /// What `a` has more than `b`; zero when it has less.
    package static func - (a: ByteCount, b: ByteCount) -> ByteCount {
        ByteCount(a.rawValue > b.rawValue ? a.rawValue - b.rawValue : 0)
    }

    /// `count` times as much; saturates.
    package func times(_ count: UInt64) -> ByteCount {
        let (product, overflow) = rawValue.multipliedReportingOverflow(by: count)
        return ByteCount(overflow ? .max : product)
    }

    /// This part of it in a hundred, to within a hundred bytes; saturates.
    package func percent(_ part: UInt64) -> ByteCount { ByteCount(rawValue / 100).times(part) }

    package static func < (a: ByteCount, b: ByteCount) -> Bool { a.rawValue < b.rawValue }

    package var description: String {
        if rawValue < 1 << 20 { return "\(rawValue) B" }
        if rawValue < 10 << 30 { return "\(rawValue >> 20) MiB" }
        return "\(rawValue >> 30) GiB"
    }
}
