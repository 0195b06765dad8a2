/// The keys from `start` up to, not including, `end`.
package struct KeyRange: Hashable, Sendable, CustomStringConvertible {
    /// Inclusive.
    package var start: Key
    /// Exclusive.
    package var end: Key

    package init(start: Key, end: Key) {
        self.start = start
        self.end = end
    }

    /// All keys of the cluster's own rows.
    package static let system = KeyRange(start: .systemStart, end: .userStart)
    /// All keys of users.
    package static let user = KeyRange(start: .userStart, end: .end)

    /// Whether no key lies in the range; so also when `end` comes before `start`.
    package var isEmpty: Bool { !(start < end) }

    /// Whether `key` lies in the range.
    package func contains(_ key: Key) -> Bool { start <= key && key < end }

    /// Whether the internal key `key`, space byte included, lies in the range.
    package func contains(_ key: borrowing RawSpan) -> Bool {
        ByteOrder.compare(start.bytes, key) <= 0 && ByteOrder.compare(end.bytes, key) > 0
    }

    /// Whether every key of `other` is in this range; an empty range is in every range.
    package func contains(_ other: KeyRange) -> Bool {
        other.isEmpty || (start <= other.start && other.end <= end)
    }

    /// Whether some key lies in both.
    package func overlaps(_ other: KeyRange) -> Bool {
        !isEmpty && !other.isEmpty && start < other.end && other.start < end
    }

    package var description: String { "[\(start), \(end))" }
}
