/// A value and the write that it comes from.
public struct VersionedValue: Hashable, Sendable {
    /// The bytes as they were put.
    public let value: [UInt8]
    /// Can be given to `compareAndSet` as the condition.
    public let version: Version

    /// A value read from the cluster.
    public init(value: [UInt8], version: Version) {
        self.value = value
        self.version = version
    }
}
