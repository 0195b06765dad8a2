/// Where a node listens: "host:port", with an IPv6 host in brackets ("[::1]:7400").
package struct Address: Hashable, Sendable, CustomStringConvertible {
    /// A name or an IP address, without brackets.
    package var host: String
    /// 0 only where a free port is to be chosen.
    package var port: Int

    /// From its parts.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads the text form; the error says what is wrong with it.
    package init(_ text: String) throws(AddressError) {
        let host: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else { throw AddressError(text, "the closing ] is missing") }
            host = text[text.index(after: text.startIndex)..<bracket]
            rest = text[text.index(after: bracket)...]
        } else {
            let colon = text.lastIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            rest = text[colon...]
            guard !host.contains(":") else { throw AddressError(text, "write an IPv6 address in brackets: [::1]:7400") }
        }
        guard !host.isEmpty else { throw AddressError(text, "the host is missing; write host:port") }
        guard host.utf8.count <= 255 else { throw AddressError(text, "the host is longer than 255 bytes") }
        guard rest.hasPrefix(":") else { throw AddressError(text, "the port is missing; write host:port") }
        let digits = rest.dropFirst()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            throw AddressError(text, "the port is not a number from 0 to 65535")
        }
        self.init(host: String(host), port: Int(port))
    }

    /// The text form.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
