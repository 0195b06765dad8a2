/// A host and a port; the host of an IPv6 address stands in brackets.
struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    var host: String
    var port: UInt16

    /// As it is written: `127.0.0.1:7400`, `[::1]:7400`.
    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether the host means "every address of this machine", which no other machine can dial.
    var isWildcard: Bool { host == "0.0.0.0" || host == "::" || host == "*" }
}

extension Endpoint: SettingValue {
    static let expectation = "an address, for example 127.0.0.1:7400"

    init?(setting text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = UInt16(digits) else {
            return nil
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "," || $0 == "/" }) else { return nil }
        self.host = String(host)
        self.port = port
    }
}

/// Addresses with commas between them, each once.
struct EndpointList: Equatable, Sendable, SettingValue {
    static let expectation = "a list of different addresses, for example 10.0.0.1:7400,10.0.0.2:7400"

    var endpoints: [Endpoint]

    init(_ endpoints: [Endpoint]) { self.endpoints = endpoints }

    init?(setting text: String) {
        var endpoints: [Endpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let endpoint = Endpoint(setting: String(part).trimmed), !endpoints.contains(endpoint) else {
                return nil
            }
            endpoints.append(endpoint)
        }
        self.endpoints = endpoints
    }
}

extension String {
    /// Without the white space at both ends.
    var trimmed: String {
        let head = drop(while: \.isWhitespace)
        let tail = head.reversed().prefix(while: \.isWhitespace).count
        return String(head.dropLast(tail))
    }
}
