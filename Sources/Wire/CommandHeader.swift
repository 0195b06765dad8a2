/// Who wrote a command, and which of its writes it is (rule 22).
package struct CommandHeader: Hashable, Sendable {
    /// Zero for none.
    package var session: UInt64
    /// The place of this write in its session, from 1; zero without a session.
    package var sequence: UInt64
    /// The client has the answers to all sequences below this one.
    package var doneBelow: UInt64
    /// Milliseconds of the cluster clock.
    package var issuedAt: UInt64

    package init(session: UInt64 = 0, sequence: UInt64 = 0, doneBelow: UInt64 = 0, issuedAt: UInt64 = 0) {
        self.session = session
        self.sequence = sequence
        self.doneBelow = doneBelow
        self.issuedAt = issuedAt
    }
}

extension WriteRequest {
    /// The part of the request that goes into the log in front of its operations.
    package var commandHeader: CommandHeader {
        CommandHeader(session: session, sequence: sequence, doneBelow: doneBelow, issuedAt: issuedAt)
    }
}
