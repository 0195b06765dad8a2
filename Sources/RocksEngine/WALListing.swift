import Storage

/// The write-ahead log's files as of some sync. Listing them before each one would stand in the way of every write
/// for as long as a fifth of the sync itself takes, and an older listing is still true: files only grow, and the
/// oldest go first (rule 14).
struct WALListing: Sendable {
    /// Every one at least this long once the sync that it was read for has returned.
    private var files: [WALFile] = []
    /// The log writer's running number that this sync covers.
    private(set) var number: UInt64 = 0
    /// Whether the next sync reads the files anew.
    var isDue = true

    /// What a mark after a sync of `number` may promise; call it before that sync.
    mutating func refreshIfDue(_ wal: WALDirectory, _ number: UInt64) throws(StorageError) -> [WALFile] {
        guard isDue else { return files }
        do throws(FileError) { files = try wal.files() } catch { throw StorageError(error) }
        self.number = number
        isDue = false
        return files
    }
}
