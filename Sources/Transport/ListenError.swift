import Glibc
import NIOCore

/// A port that cannot be listened on; the description says what to do.
package struct ListenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was to be bound.
    package let address: Address
    /// Why not.
    package let reason: Reason

    /// What went wrong, by what helps.
    package enum Reason: Hashable, Sendable {
        /// Another process has the port.
        case taken
        /// The port needs rights that this process does not have.
        case forbidden
        /// The host is no address of this machine.
        case notLocal
        /// Anything else, as the system says it.
        case other(String)
    }

    /// What `error`, met when binding `address`, means.
    package init(_ address: Address, _ error: any Error) {
        self.address = address
        reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: .taken
            case EACCES, EPERM: .forbidden
            case EADDRNOTAVAIL: .notLocal
            default: .other("\(error)")
            }
    }

    /// One line that says what to do.
    package var description: String {
        switch reason {
        case .taken: "port \(address.port) on \(address.host) is taken: stop the other process or choose another port"
        case .forbidden: "this user may not listen on \(address): choose a port above 1023"
        case .notLocal: "\(address.host) is no address of this machine: listen on one that is, such as 0.0.0.0"
        case .other(let text): "cannot listen on \(address): \(text)"
        }
    }
}
