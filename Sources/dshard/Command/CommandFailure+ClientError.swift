import DShardClient

extension CommandFailure {
    /// The status that belongs to what the client library says.
    init(_ error: ClientError) {
        let status: CommandStatus
        if error.isOutcomeUnknown {
            status = .outcomeUnknown
        } else {
            switch error.code {
            case .unavailable, .deadlineExceeded: status = .unreachable
            default: status = .failed
            }
        }
        self.init(status, error.message)
    }

    /// What any error of a command means; nil for one that is no failure.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as ClientError: self.init(failure)
        case let failure as OpenFile.Failure:
            // The reader, such as `head`, has seen enough.
            if failure.isBrokenPipe { return nil }
            self.init(.failed, "cannot write the output: \(failure.text)")
        default: self.init(.failed, "\(error)")
        }
    }
}
