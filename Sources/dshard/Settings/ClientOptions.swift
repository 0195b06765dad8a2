import ArgumentParser
import DShardClient

/// What every command that talks to a cluster takes.
struct ClientOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Nodes to begin with; one that answers is enough. (default: 127.0.0.1:7400)", valueName: "H:P,…"))
    var endpoints: String?

    @Option(help: ArgumentHelp("How long a request may take, retries included. (default: 5s)", valueName: "time"))
    var timeout: String?
}

extension ClientOptions {
    /// The settings of a client, after precedence.
    struct Resolved: Equatable, Sendable {
        var endpoints: [Endpoint]
        var timeout: TimeSpan
    }

    /// The settings that win.
    func resolved(_ settings: Settings) throws(CommandFailure) -> Resolved {
        let standard = EndpointList([Endpoint(host: "127.0.0.1", port: 7400)])
        let timeout = try settings.value(timeout, "timeout", default: TimeSpan(.seconds(5)))
        guard timeout.nanoseconds >= 1_000_000 else { throw .usage("--timeout: write at least 1ms") }
        return Resolved(
            endpoints: try settings.value(endpoints, "endpoints", default: standard).endpoints, timeout: timeout)
    }

    /// Runs `body` with a client of the cluster and closes the client, whatever happens.
    /// `requestTimeout` takes the place of the time that the user allows a request, where that is another matter.
    func withClient<Result: Sendable>(
        _ settings: Settings, requestTimeout: Duration? = nil, _ body: (DShardClient) async throws -> Result
    ) async throws -> Result {
        var configuration = try resolved(settings).configuration
        if let requestTimeout { configuration.requestTimeout = requestTimeout }
        let client = DShardClient(configuration: configuration)
        do {
            let result = try await body(client)
            try? await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}

extension ClientOptions.Resolved {
    /// As the client library wants it.
    var configuration: DShardClient.Configuration {
        var configuration = DShardClient.Configuration(endpoints: endpoints.map(\.description))
        configuration.requestTimeout = timeout.duration
        return configuration
    }
}
