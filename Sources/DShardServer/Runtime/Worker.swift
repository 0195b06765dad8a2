import Foundation
import NIOCore
import Synchronization

/// A thread of its own for work that blocks on a disk, so that a lane never does (DESIGN §2.5).
enum Worker {
    /// Starts a thread that runs `body` once; the future completes when it returns.
    static func start(
        name: String, on loop: any EventLoop, _ body: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        let thread = Thread {
            body()
            promise.succeed()
        }
        thread.name = name
        thread.start()
        return promise.futureResult
    }
}
