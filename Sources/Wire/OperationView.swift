package import Keyspace

/// One operation of a command, without a copy: key, value and expectation are ranges of the bytes it was read from.
package struct OperationView: Sendable, Equatable {
    /// What it does, and so which of the other fields count.
    package var kind: OperationKind
    /// The internal key, space byte included.
    package var key: Range<Int>
    /// Empty for a delete.
    package var value: Range<Int>
    /// The expected value of `compareAndSetValue`; empty for the others.
    package var expect: Range<Int>
    /// The expected version of `compareAndSetVersion`; zero for the others.
    package var expectVersion: Timestamp
    /// When the value expires, in absolute milliseconds of replicated time; nil for never (rule 21).
    package var expiryMilliseconds: UInt64?

    package init(
        kind: OperationKind, key: Range<Int>, value: Range<Int>, expect: Range<Int>, expectVersion: Timestamp,
        expiryMilliseconds: UInt64?
    ) {
        self.kind = kind
        self.key = key
        self.value = value
        self.expect = expect
        self.expectVersion = expectVersion
        self.expiryMilliseconds = expiryMilliseconds
    }
}

/// What an operation does. Do not renumber: these values are in logs.
package enum OperationKind: UInt8, Sendable, Equatable, CaseIterable {
    case put = 1
    case delete = 2
    /// Puts if the value is the expected one.
    case compareAndSetValue = 3
    /// Puts if the version is the expected one.
    case compareAndSetVersion = 4
    /// Puts if the key is absent.
    case compareAndSetAbsent = 5

    /// Whether its outcome depends on what is stored: all but `put`, since a delete tells what it found.
    package var reads: Bool { self != .put }

    /// Whether it can bring a value, and so an expiry.
    package var carriesValue: Bool { self != .delete }
}
