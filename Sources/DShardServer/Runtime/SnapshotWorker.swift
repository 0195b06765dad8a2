import Host
import Storage

/// The thread that reads snapshots from the store and stages those that come: one task after the other, so that a busy
/// node's other threads keep the disk.
final class SnapshotWorker: Sendable {
    private let mailbox = Mailbox<SnapshotTask>()
    private let store: any StateStore
    private let window: UInt64
    private let onEvent: @Sendable (SnapshotEvent) -> Void
    private let onFailure: @Sendable (StorageError) -> Void

    /// The window is `HostLimits.sessionWindowMilliseconds`.
    init(
        store: any StateStore, sessionWindowMilliseconds: UInt64,
        onEvent: @escaping @Sendable (SnapshotEvent) -> Void, onFailure: @escaping @Sendable (StorageError) -> Void
    ) {
        self.store = store
        window = sessionWindowMilliseconds
        self.onEvent = onEvent
        self.onFailure = onFailure
    }

    func submit(_ tasks: [SnapshotTask]) { mailbox.send(contentsOf: tasks) }

    func stop() { mailbox.close() }

    /// The thread's body. What is open lives on its stack and goes with it.
    func run() {
        var workshop = SnapshotWorkshop(store: store, sessionWindowMilliseconds: window)
        while let tasks = mailbox.takeAll() {
            for task in tasks {
                do throws(StorageError) {
                    if let event = try workshop.perform(task) { onEvent(event) }
                } catch {
                    onFailure(error)
                    return
                }
            }
        }
    }
}
