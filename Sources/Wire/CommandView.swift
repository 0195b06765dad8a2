package import Keyspace

/// One command of a batch: the operations of one write request.
package struct CommandView: Sendable, Equatable {
    /// Who wrote the command, for the session table.
    package var header: CommandHeader
    /// How many operations `operations` holds.
    package var operationCount: Int
    /// Where the operations are, in the readable bytes of the entry.
    package var operations: Range<Int>
    /// The version of the command's first operation; the following ones count up (rule 19).
    package var firstVersion: Timestamp

    package init(header: CommandHeader, operationCount: Int, operations: Range<Int>, firstVersion: Timestamp) {
        self.header = header
        self.operationCount = operationCount
        self.operations = operations
        self.firstVersion = firstVersion
    }
}
