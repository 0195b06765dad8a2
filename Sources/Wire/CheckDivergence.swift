import NIOCore
package import Raft

/// What a majority of a shard's voters agrees on, and one replica does not (rule 39).
package struct CheckDivergence: Hashable, Sendable {
    /// Whose replica differs, and what it holds by the majority's word.
    package var expected: CheckReport
    /// Who agrees on it.
    package var agreeing: [ReplicaID]

    package init(expected: CheckReport, agreeing: [ReplicaID]) {
        self.expected = expected
        self.agreeing = agreeing
    }

    /// More than any configuration has.
    private static let agreeingMax = 64

    /// See `ReplicaNotice`.
    func write(into buffer: inout ByteBuffer) {
        expected.write(into: &buffer)
        buffer.writeList(agreeing) { $0.writeLittle($1.rawValue) }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> CheckDivergence {
        let expected = try CheckReport.read(&reader)
        let agreeing = try reader.readList(elementBytesMin: 8, limit: agreeingMax) { (reader) throws(WireError) in
            ReplicaID(try reader.readUInt64())
        }
        return CheckDivergence(expected: expected, agreeing: agreeing)
    }
}
