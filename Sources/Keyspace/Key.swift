/// A key as the cluster orders and stores it: a *space* byte, then the user's bytes (rule 36). The order is
/// lexicographic and unsigned, so all keys of a space are contiguous.
package struct Key: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Space byte included.
    package var bytes: [UInt8]

    /// A key from its internal bytes, space byte included.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A copy of internal bytes, space byte included.
    package init(copying span: borrowing RawSpan) {
        let count = span.byteCount
        bytes = [UInt8](capacity: count) { output in
            for offset in 0..<count {
                // Safe because any byte is a UInt8, and the load checks its bounds.
                output.append(unsafe span.unsafeLoad(fromByteOffset: offset, as: UInt8.self))
            }
        }
    }

    /// The first byte of every key of the cluster's own rows.
    package static let systemSpace: UInt8 = 0x01
    /// The first byte of every key of a user.
    package static let userSpace: UInt8 = 0x02

    /// The least possible key; the system space begins here.
    package static let systemStart = Key([systemSpace])
    /// The user space begins here, where the system space ends.
    package static let userStart = Key([userSpace])
    /// The exclusive end of all spaces.
    package static let end = Key([0x03])

    /// The key a user calls `bytes`.
    package static func user(_ bytes: [UInt8]) -> Key { Key([userSpace] + bytes) }

    /// The cluster's own row called `bytes`.
    package static func system(_ bytes: [UInt8]) -> Key { Key([systemSpace] + bytes) }

    /// The cluster's own row called `text`.
    package static func system(_ text: String) -> Key { Key([systemSpace] + text.utf8) }

    /// What the user calls this key; nil for a key of another space.
    package var userBytes: ArraySlice<UInt8>? {
        bytes.first == Key.userSpace ? bytes.dropFirst() : nil
    }

    /// The least key greater than this one.
    package var successor: Key { Key(bytes + [0]) }

    /// The exclusive end of the keys that begin with these bytes; nil when only the end of all keys follows them.
    package var prefixEnd: Key? {
        var end = bytes
        while let last = end.popLast() {
            if last < .max {
                end.append(last + 1)
                return Key(end)
            }
        }
        return nil
    }

    /// Lexicographic, unsigned.
    package static func < (a: Key, b: Key) -> Bool {
        ByteOrder.compare(a.bytes, b.bytes) < 0
    }

    /// The text form of the bytes, with the space in front: for traces, not for users.
    package var description: String {
        switch bytes.first {
        case Key.systemSpace: "system:" + KeyText.encode(bytes.dropFirst())
        case Key.userSpace: "user:" + KeyText.encode(bytes.dropFirst())
        default: "raw:" + KeyText.encode(bytes)
        }
    }
}
