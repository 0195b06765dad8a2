package import Raft
package import Wire

/// Where the logs of all replicas of a node live. One seam of two (`StateStore` is the other): both are RocksDB
/// today, another log may come.
///
/// A write is atomic and ordered: what survives a crash is a prefix of what was written, and everything written
/// before a `sync` that returned (rule 12). After any error but `corruption`, `unsupported`, `truncated` and
/// `misuse` the store takes no more writes: an fsync that failed is never retried.
package protocol LogStore: AnyObject, Sendable {
    /// Stores the batch. On return it is with the operating system, not durable. The log writer's thread only.
    func write(_ batch: LogBatch) throws(StorageError)

    /// Makes durable what was written before the call, apply batches of the same store included (rule 10). Any
    /// thread; other threads' writes do not wait for it.
    func sync() throws(StorageError)

    /// As `sync`, and calls `body` as soon as everything is durable: what waits for that does not wait for the
    /// store's own bookkeeping. An error after `body` was called means the bookkeeping, and ends the store like any.
    func sync(whenDurable body: () -> Void) throws(StorageError)

    /// The entries `from` … `through`, inclusive, as far as the log reaches and `byteLimit` allows, but at least one.
    /// Empty when `from` lies beyond the end. Throws `truncated` when `from` lies before the start. Any thread; blocks.
    func read(
        shard: ShardID, replica: ReplicaID, from: LogIndex, through: LogIndex, byteLimit: Int
    ) throws(StorageError) -> [Entry<EncodedEntry>]

    /// Reads the whole log, checks every checksum and that the chunks leave no gap. A log that does not exist is an
    /// empty one. Before the log's first write of this process; blocks.
    func recover(shard: ShardID, replica: ReplicaID) throws(StorageError) -> RecoveredLog

    /// Every log with any row, in order, for sweeping those that have no replica (rule 16). Blocks.
    func allLogs() throws(StorageError) -> [LogName]
}

extension LogStore {
    /// For a store without bookkeeping after a sync.
    package func sync(whenDurable body: () -> Void) throws(StorageError) {
        try sync()
        body()
    }
}
