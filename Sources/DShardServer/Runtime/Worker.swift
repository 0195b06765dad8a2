import class Foundation.Thread
import NIOCore
import RocksEngine

/// A thread of its own for work that blocks on a disk, so that a lane never does (DESIGN §2.5).
enum Worker {
    /// Starts a thread, so urgent, that runs `body` once; the future completes when it returns.
    static func start(
        name: String, _ urgency: ThreadUrgency = .foreground, on loop: any EventLoop,
        _ body: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let thread = Thread {
            // From inside: only a running thread passes its name on to the system, where profiles show it.
            Thread.current.name = name
            urgency.adopt()
            body()
            promise.succeed()
        }
        thread.start()
        return promise.futureResult
    }
}
