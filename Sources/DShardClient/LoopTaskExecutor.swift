package import NIOCore

/// Runs tasks on an event loop, so that a task and the connection it waits for share a thread: no hop, no lock, and
/// what the tasks of one tick ask for leaves as one write.
///
/// Jobs that become ready in one turn of the loop run together, after the turn's reads.
///
/// Safe because `ready` and `isScheduled` are touched on the loop only.
package final class LoopTaskExecutor: TaskExecutor, @unchecked Sendable {
    /// The loop that the tasks run on.
    package let loop: any EventLoop
    private var ready: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var isScheduled = false

    /// An executor for tasks that are started with it as their preference.
    package init(loop: any EventLoop) { self.loop = loop }

    /// Runs the job at the loop's next turn, from whatever thread it comes.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard loop.inEventLoop else {
            loop.execute { self.append(job) }
            return
        }
        append(job)
    }

    private func append(_ job: UnownedJob) {
        ready.append(job)
        guard !isScheduled else { return }
        isScheduled = true
        loop.execute { self.drain() }
    }

    /// Jobs that the jobs make ready wait for the next turn, so that tasks cannot keep the loop from its sockets.
    private func drain() {
        isScheduled = false
        swap(&ready, &running)
        let executor = unsafe asUnownedTaskExecutor()
        // Safe because a task executor may run its jobs on any thread, and this one outlives the call.
        for job in running { unsafe job.runSynchronously(on: executor) }
        running.removeAll(keepingCapacity: true)
    }
}
