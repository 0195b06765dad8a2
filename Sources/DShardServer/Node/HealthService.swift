import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// `/health`, `/ready` and `/metrics` for operators and their tools.
struct HealthService: Service {
    let address: String
    let runtime: NodeRuntime

    func run() async throws {
        guard let colon = address.lastIndex(of: ":"), let port = Int(address[address.index(after: colon)...]) else {
            throw NodeStartError("--http \(address): write HOST:PORT")
        }
        let host = String(address[..<colon]).trimmingCharacters(in: ["[", "]"])
        let router = Router()
        for path in ["health", "livez"] {
            router.get("\(path)") { _, _ in Self.json(.ok, #"{"status":"alive"}"#) }
        }
        for path in ["ready", "readyz"] {
            router.get("\(path)") { _, _ in try await ready() }
        }
        router.get("metrics") { _, _ in
            let text = try await runtime.lane.loop.submit { runtime.metrics() }.get()
            return Self.response(.ok, text, "text/plain; version=0.0.4; charset=utf-8")
        }
        var logger = runtime.telemetry.log
        logger.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router,
            configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: "dshard"),
            // Whoever waits for the announcement may ask here next.
            onServerRunning: { _ in runtime.announceWhenReady() },
            logger: logger)
        do {
            try await application.run()
        } catch {
            throw NodeStartError("--http \(address) cannot be served (\(error)): free the port or give another")
        }
    }

    private func ready() async throws -> Response {
        let reasons = try await runtime.lane.loop.submit { runtime.lane.readiness() }.get()
        let object: [String: Any] = ["ready": reasons.isEmpty, "reasons": reasons]
        let body = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return Self.json(reasons.isEmpty ? .ok : .serviceUnavailable, String(decoding: body, as: UTF8.self))
    }

    private static func json(_ status: HTTPResponse.Status, _ body: String) -> Response {
        response(status, body, "application/json")
    }

    private static func response(_ status: HTTPResponse.Status, _ body: String, _ type: String) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
