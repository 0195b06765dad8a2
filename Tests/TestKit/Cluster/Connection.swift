import Glibc

/// A blocking TCP connection to a port of this machine: bytes in, bytes out, and nothing that mends a mistake.
package struct Connection: ~Copyable {
    /// What the system said.
    package struct Failure: Error, CustomStringConvertible {
        /// The call that failed, and its errno.
        package var description: String
    }

    private let descriptor: CInt

    /// Connects, and gives every later call `seconds` to be done.
    package init(port: Int, seconds: Int = 10) throws(Failure) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard unsafe Self.withLoopback(port: port, { unsafe connect(descriptor, $0, $1) }) == 0 else {
            throw Self.failure("connect to port \(port)")
        }
    }

    deinit { close(descriptor) }

    /// Whether a listener could have the port.
    package static func isFree(port: Int) -> Bool {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { close(probe) }
        var yes: CInt = 1
        unsafe setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        return unsafe withLoopback(port: port) { unsafe bind(probe, $0, $1) } == 0
    }

    /// Sends everything. False when the other side has closed the connection.
    package func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes[sent...].withUnsafeBytes { buffer in
                unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The next bytes, at most 64 KiB; empty when the other side has closed the connection, however it did. Throws when
    /// nothing came in time.
    package func receive() throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        if count < 0, errno == EAGAIN { throw Self.failure("receive") }
        return Array(bytes.prefix(max(0, count)))
    }

    /// Everything until the other side closes the connection.
    package func receiveAll() throws(Failure) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try receive()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }

    private static func failure(_ call: String) -> Failure { Failure(description: "\(call): errno \(errno)") }

    private static func withLoopback(
        port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { rebound in
                unsafe body(rebound, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
