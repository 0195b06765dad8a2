import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// One member of a cluster: everything behind `dshard serve`, embeddable in any process.
public struct Node: Sendable {
    private let configuration: NodeConfiguration

    /// A node that is not running yet.
    public init(configuration: NodeConfiguration) { self.configuration = configuration }

    /// Runs until SIGTERM or SIGINT; prints `ready: node N, listening on H:P` once the node serves. Throws one line
    /// that says what to do when it cannot start or must not go on.
    public func run() async throws(NodeStartError) {
        let startup = Startup(configuration: configuration)
        let runtime = try await startup.start()
        do {
            let logger = runtime.telemetry.log
            var services: [any Service] = [NodeService(runtime: runtime, announcesItself: configuration.http == nil)]
            if let http = configuration.http { services.append(HealthService(address: http, runtime: runtime)) }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
        } catch let error as NodeStartError {
            await runtime.stop()
            throw error
        } catch {
            await runtime.stop()
            throw NodeStartError("\(error)")
        }
        await runtime.stop()
        if let reason = runtime.fatalReason { throw NodeStartError(reason) }
    }
}

/// Serves until the shutdown begins, then hands leaderships over (DESIGN §12).
struct NodeService: Service {
    let runtime: NodeRuntime
    /// Else `HealthService` says that the node is ready, once its own port is there too.
    let announcesItself: Bool

    func run() async throws {
        if announcesItself { runtime.announceWhenReady() }
        // Cancelled when the other service has failed: signals are not heard any more then, so it must end by itself.
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await runtime.waitForEnd()
            } onGracefulShutdown: {
                runtime.beginShutdown()
            }
        } onCancel: {
            runtime.beginShutdown()
        }
    }
}
