import Host
import NIOCore
import NIOPosix
import Raft
import Storage
import Wire

/// Reads log entries that are no longer cached, for followers that lag: on the read pool, never on a lane.
struct LogLoader: Sendable {
    let store: any LogStore
    let pool: NIOThreadPool
    let loop: any EventLoop
    let onLoaded: @Sendable (LoadTask, [Entry<EncodedEntry>]) -> Void
    /// The log cannot be read: the replica is out of service (rule 15).
    let onUnreadable: @Sendable (ShardID, StorageError) -> Void

    func load(_ task: LoadTask) {
        pool.submit { state in
            guard case .active = state else { return }
            var entries: [Entry<EncodedEntry>] = []
            do throws(StorageError) {
                entries = try store.read(
                    shard: task.shard, replica: task.replica, from: task.load.from, through: task.load.through,
                    byteLimit: task.load.byteLimit)
            } catch {
                // Truncated meanwhile: the group asks again, from where the log begins now.
                if error.consequence != .askAgain { loop.execute { onUnreadable(task.shard, error) } }
            }
            let found = entries
            loop.execute { onLoaded(task, found) }
        }
    }
}
