/// Where the applied state of all shards of a node lives. Keys are internal keys (rule 36) and the shards' own
/// records (`ShardRecordKey`), used as they are.
///
/// Errors and crashes: see `LogStore`. Every method may be called by any thread unless it says otherwise.
package protocol StateStore: AnyObject, Sendable {
    /// A new, empty batch, for this store only.
    func makeBatch() -> any StateBatch

    /// Stores the batch atomically and clears it for reuse. On return it is visible and with the operating system,
    /// not durable. `writer` names the calling thread (rule 14): 1 … 255, each used by one thread at a time.
    func write(_ batch: any StateBatch, writer: UInt8) throws(StorageError)

    /// Makes durable what was written before the call; blocks.
    func sync() throws(StorageError)

    /// Shows the stored value of `key`, header included, to `body`. Blocks only with `ReadTier.disk`.
    func get(
        _ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome

    /// Looks all `keys` up in one call, from the disk if need be, and shows the answers in order: the position in
    /// `keys`, and the stored value or nil. Blocks. Not a cut: use a snapshot for that.
    func multiGet(
        _ keys: [[UInt8]], _ body: (_ position: Int, _ value: RawSpan?) -> Void
    ) throws(StorageError)

    /// The state of this instant.
    func snapshot() throws(StorageError) -> any StateSnapshot

    /// About how many bytes [`from`, `to`) takes on disk, without what is still in a write buffer. May block.
    func approximateSize(from: RawSpan, to: RawSpan) throws(StorageError) -> UInt64

    /// Shows the rows of [`from`, `to`) that are in write buffers, in key order until `body` returns false: what
    /// `approximateSize` leaves out. Never reads from the disk.
    func iterateBuffered(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError)

    /// Shows a row of the node itself. Blocks.
    func getNode(_ key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> GetOutcome

    /// Shows the node's own rows of [`from`, `to`) in key order until `body` returns false. Blocks.
    func iterateNode(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError)

    /// A new, empty table to stage a snapshot in.
    func makeTable() throws(StorageError) -> any StateTable

    /// Puts the tables into the state, all or none, durably: the commit point of an installed snapshot (rule 31).
    /// The range must have no other writer meanwhile. Blocks.
    func ingest(_ tables: [any StateTable]) throws(StorageError)

    /// How far the engine lags behind. Cheap enough for every 100 ms; may take a short lock.
    func pressure() throws(StorageError) -> EnginePressure

    /// Asks the engine to write its memory out, and does not wait.
    func flush() throws(StorageError)
}
