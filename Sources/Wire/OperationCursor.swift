package import Keyspace
package import NIOCore

/// Walks through operations; keys and values are ranges of `bytes.readableBytesSpan`.
package struct OperationCursor: Sendable {
    /// What the ranges refer to.
    package let bytes: ByteBuffer
    /// The version of the operation that the following `next` returns (rule 19).
    package private(set) var version: Timestamp
    private var position: Int
    private let end: Int
    private var left: Int
    private let mayRead: Bool

    /// The operations of a write request.
    package init(_ request: WriteRequest) {
        self.init(
            bytes: request.operations, range: 0..<request.operations.readableBytes,
            count: Int(request.operationCount), mayRead: true, firstVersion: .zero)
    }

    init(bytes: ByteBuffer, range: Range<Int>, count: Int, mayRead: Bool, firstVersion: Timestamp) {
        self.bytes = bytes
        position = range.lowerBound
        end = min(range.upperBound, bytes.readableBytes)
        left = count
        self.mayRead = mayRead
        version = firstVersion
    }

    /// The next operation; nil after the last. Throws when bytes are malformed, or left over after the last one.
    package mutating func next() throws(WireError) -> OperationView? {
        guard left > 0 else {
            guard position == end else { throw .trailingBytes }
            return nil
        }
        var next = position
        let operation = try OperationParser.parse(bytes.readableBytesSpan, at: &next, end: end)
        guard mayRead || !operation.kind.reads else { throw .badValue("batch flags") }
        position = next
        left -= 1
        version = version.advanced(by: 1)
        return operation
    }
}
