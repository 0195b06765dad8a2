package import Wire

/// Why a connection did not come about.
package enum DialError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The address cannot be read.
    case address(AddressError)
    /// Nobody answered; the text is the system's.
    case unreachable(String)
    /// The other side does not want this connection and says why.
    case refused(RefusalCode, message: String)
    /// The connection ended before the other side had introduced itself.
    case handshake(CloseReason)

    /// One line for a person, without the address.
    package var description: String {
        switch self {
        case .address(let error): error.description
        case .unreachable(let text): text
        case .refused(_, let message): message
        case .handshake(.closedByPeer): "it closed the connection before the handshake"
        case .handshake(.helloTimeout): "it did not answer in time"
        case .handshake(.garbage): "it does not speak this protocol"
        case .handshake(let reason): "the handshake failed: \(reason)"
        }
    }
}
