package import NIOCore

/// Internal keys, one after the other in one buffer, so that a request with one key costs no array of arrays.
/// ```
/// keys := key*        key := length:u16 bytes
/// ```
package struct KeyList: Sendable, Equatable {
    /// Whole keys; read with `cursor()`.
    package internal(set) var bytes: ByteBuffer
    /// How many keys there are.
    package internal(set) var count: UInt32

    /// No key yet.
    package init() {
        bytes = ByteBuffer()
        count = 0
    }
}
