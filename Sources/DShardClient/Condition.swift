/// What `compareAndSet` expects to find.
public struct Condition: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case value([UInt8])
        case version(Version)
        case absent
    }

    let kind: Kind

    /// The key has exactly this value.
    public static func value(_ value: [UInt8]) -> Condition { Condition(kind: .value(value)) }

    /// The key has the value of this version.
    public static func version(_ version: Version) -> Condition { Condition(kind: .version(version)) }

    /// The key has no value.
    public static let absent = Condition(kind: .absent)
}
