import ArgumentParser
import Foundation
import Testing

@testable import dshard

@Suite("Flags, environment, config file, default")
struct SettingsTests {
    let settings = Settings(
        environment: ["DSHARD_DATA_DIR": "from-environment", "HOME": "/", "DSHARD_REVERSE": "yes"],
        file: ["data-dir": "from-file", "listen": "h:1"], fileName: "c.json")

    @Test("Flags beat the environment, which beats the file, which beats the default (CLI.md)")
    func precedence() throws {
        #expect(try settings.value("from-flag", "data-dir", default: "standard") == "from-flag")
        #expect(try settings.value(nil, "data-dir", default: "standard") == "from-environment")
        #expect(try settings.value(nil, "listen", default: "standard") == "h:1")
        #expect(try settings.value(nil, "advertise", default: "standard") == "standard")
        #expect(try settings.isOn(false, "reverse"))
        #expect(try settings.isOn(true, "system"))
        #expect(try !settings.isOn(false, "system"))
    }

    @Test("An error names the place of the text that won")
    func errorsNameTheirOrigin() {
        let settings = Settings(
            environment: ["DSHARD_CACHE": "lots"], file: ["drain-timeout": "5"], fileName: "c.json")
        #expect(message { try settings.value("x", "clients", default: 1) }?.hasPrefix("--clients: 'x' is not") == true)
        #expect(
            message { try settings.value(nil, "cache", default: ByteSize(bytes: 1)) }?
                .hasPrefix("DSHARD_CACHE: 'lots'") == true)
        #expect(
            message { try settings.value(nil, "drain-timeout", default: TimeSpan(.seconds(1))) }?
                .hasPrefix("c.json, \"drain-timeout\": '5'") == true)
        #expect(
            message { try settings.value("0", "clients", default: 5, in: 1...9) }
                == "--clients: 0 is not between 1 and 9")
    }

    @Test("Variables that are no setting are found; others are left alone")
    func unknownVariables() {
        let settings = Settings(environment: [
            "DSHARD_SERVICE_HOST": "1", "DSHARD_DATA_DIR": "x", "OTHER": "y", "DSHARD_A": "",
        ])
        #expect(settings.unknownVariables(knownFlags: KnownFlags.all) == ["DSHARD_A", "DSHARD_SERVICE_HOST"])
    }

    @Test("Every flag of every command can be a variable, and nothing else")
    func knownFlagsAreTheFlags() throws {
        let help = try JSONDecoder().decode(Help.self, from: Data(DShard._dumpHelp().utf8))
        #expect(Set(KnownFlags.all) == help.command.flags.subtracting(["help", "version"]))
    }

    @Test(
        arguments: [
            ("127.0.0.1:7400", "127.0.0.1", 7400), ("[::1]:0", "::1", 0),
            ("node-1.example:65535", "node-1.example", 65535),
        ] as [(String, String, UInt16)])
    func readsEndpoints(text: String, host: String, port: UInt16) {
        let endpoint = Endpoint(setting: text)
        #expect(endpoint == Endpoint(host: host, port: port))
        #expect(endpoint?.description == text)
    }

    @Test(arguments: ["", "host", ":1", "h:", "h:65536", "h:-1", "::1:7400", "a b:1", "h:1,i:2", "http://h:1", "h:１"])
    func refusesOtherEndpoints(text: String) {
        #expect(Endpoint(setting: text) == nil)
    }

    @Test("A list names each address once")
    func readsLists() {
        #expect(EndpointList(setting: "a:1, b:2")?.endpoints.map(\.description) == ["a:1", "b:2"])
        for text in ["", "a:1,", "a:1,a:1"] { #expect(EndpointList(setting: text) == nil) }
        #expect(Labels(setting: "zone=a,rack=1")?.pairs.map(\.name) == ["rack", "zone"])
        for text in ["zone", "=a", "zone=", "a=1,a=2", "a=1,"] { #expect(Labels(setting: text) == nil) }
    }

    private struct Help: Decodable {
        var command: Command

        struct Command: Decodable {
            var subcommands: [Command]?
            var arguments: [Argument]?

            var flags: Set<String> {
                var flags = Set((arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name))
                for command in subcommands ?? [] where command.commandName != "help" { flags.formUnion(command.flags) }
                return flags
            }
            var commandName: String
        }

        struct Argument: Decodable { var names: [Name]? }

        struct Name: Decodable {
            var kind: String
            var name: String
        }
    }
}

/// The message of the failure that `body` throws.
func message<Value>(_ body: () throws -> Value) -> String? {
    do {
        _ = try body()
        return nil
    } catch {
        return (error as? CommandFailure)?.message
    }
}
