/// One key of a scan.
public struct Row: Hashable, Sendable {
    /// The key's bytes.
    public let key: [UInt8]
    /// The value; empty when only keys were asked for.
    public let value: [UInt8]
    /// The version of the value.
    public let version: Version

    /// A row read from the cluster.
    public init(key: [UInt8], value: [UInt8], version: Version) {
        self.key = key
        self.value = value
        self.version = version
    }
}
