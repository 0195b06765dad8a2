package import Keyspace
package import NIOCore

/// The answers to the keys of a get, in their order, in one buffer.
/// ```
/// values := value*    value := found:u8=0  |  found:u8=1 version:u64 length:u32 bytes
/// ```
package struct ValueList: Sendable, Equatable {
    /// Whole values; read with `cursor()`.
    package internal(set) var bytes: ByteBuffer
    /// How many answers there are.
    package internal(set) var count: UInt32

    /// No value yet; `capacity` is a guess of the bytes to come.
    package init(capacity: Int = 0) {
        bytes = ByteBuffer()
        bytes.reserveCapacity(capacity)
        count = 0
    }

    /// One found value; `value` is a range of the list's readable bytes.
    package struct ValueView: Sendable, Equatable {
        /// The version of the write that put the value (rule 19).
        package var version: Timestamp
        /// The user's bytes.
        package var value: Range<Int>

        package init(version: Timestamp, value: Range<Int>) {
            self.version = version
            self.value = value
        }
    }

    /// One element of the list.
    package enum Item: Sendable, Equatable {
        case absent
        case found(ValueView)
    }
}
