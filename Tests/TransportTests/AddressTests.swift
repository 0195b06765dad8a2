import Testing
import Transport

@Suite struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1:7400", "127.0.0.1", 7400), ("db.example:1", "db.example", 1), ("[::1]:65535", "::1", 65_535),
        ("h:0", "h", 0),
    ])
    func isReadAndWritten(_ text: String, _ host: String, _ port: Int) throws {
        let address = try Address(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(arguments: [
        "", ":", "host", "host:", ":7400", "host:65536", "host:-1", "host:+1", "::1:7400", "[::1:7400", "[::1]7400",
        "[]:1", "host:7400x", "host:٣", String(repeating: "h", count: 256) + ":1",
    ])
    func badOnesAreToldWhatIsWrong(_ text: String) {
        #expect(throws: AddressError.self) { try Address(text) }
    }
}
