/// The version of a value: unique within the part of the keyspace that holds the key, and greater for later writes.
public struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number as it is shown; its upper 48 bits are milliseconds since 1970.
    public let rawValue: UInt64

    /// A version from the number that `description` shows.
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Whether `a` was written before `b`; meaningful for versions of one key.
    public static func < (a: Version, b: Version) -> Bool { a.rawValue < b.rawValue }

    /// The number in decimal.
    public var description: String { String(rawValue) }
}
