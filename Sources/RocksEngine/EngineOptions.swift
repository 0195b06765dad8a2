/// Sizes of the engine. What safety depends on is not an option (`RocksOptions`).
package struct EngineOptions: Hashable, Sendable {
    /// Blocks of files kept in memory, indexes and filters included; bytes.
    package var blockCacheBytes: Int = 256 << 20
    /// One write buffer of the state; four at most. A buffer holds every version, so its walk grows with its size:
    /// 64 MiB cost a quarter of all puts (design §13).
    package var dataWriteBufferBytes: Int = 16 << 20
    /// One write buffer of the logs. Chunks deleted while they are in it never reach a file.
    package var logWriteBufferBytes: Int = 32 << 20
    /// Above this much write-ahead log the oldest buffers are written out; it bounds the time of a start (rule 12).
    package var walBytesMax: UInt64 = 256 << 20
    /// Table files kept open.
    package var openFilesMax: Int32 = 512

    package init() {}
}
