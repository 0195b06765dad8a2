/// What a search has to place for one operation of a key.
struct RegisterOperation {
    enum Action: UInt8 {
        /// Legal when the register has the value `wanted`.
        case read
        /// Legal when the register has any value but `wanted`.
        case readOther
        /// Always legal; sets the register to `written`.
        case write
        /// Legal when the register has the value `wanted`; sets it to `written`.
        case swap
    }

    var action: Action
    /// Whether it may be left out of the order.
    var isOptional: Bool
    /// Values are numbered anew for each key.
    var wanted: Int32
    var written: Int32
    var start: Int64
    /// `Int64.max` for an operation that may never take effect.
    var end: Int64

    /// The register's value before the first operation, and after a delete.
    static let absent: Int32 = 0
    /// Stands for every value that no operation saw or asked for.
    static let unseen: Int32 = 1
    /// How many values there are without those that somebody saw or asked for.
    static let commonValueCount: Int32 = 2

    /// An operation that sets the register to `value`, whatever was there.
    func isWrite(of value: Int32) -> Bool { action == .write && written == value }
}
