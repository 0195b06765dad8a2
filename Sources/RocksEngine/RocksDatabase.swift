import CRocksDB
import Glibc
import Storage

/// An open RocksDB: owns the database, its families and the options that calls share; closes it when the last user
/// is gone, so no handle outlives it.
///
/// Safe because RocksDB's handles and constant options may be used by any thread at once.
@safe final class RocksDatabase: @unchecked Sendable {
    let handle: OpaquePointer
    private let defaultFamily: OpaquePointer
    /// In the order of `Family.allCases`.
    private let families: [OpaquePointer]
    let options: RocksOptions
    let writeOptions: OpaquePointer
    /// Reads from wherever the answer is.
    let diskRead: OpaquePointer
    /// Reads from memory only.
    let cacheRead: OpaquePointer

    /// Opens the database in `directory`, creates it if it is not there.
    init(directory: String, options: RocksOptions) throws(StorageError) {
        CompactionThreads.create()
        let names = ["default"] + Family.allCases.map(\.rawValue)
        let columnOptions = unsafe [options.database] + options.families
        var opened: [OpaquePointer?] = unsafe Array(repeating: nil, count: names.count)
        let handle = try unsafe RocksDatabase.open(directory, options, names, columnOptions, &opened)
        guard let handle = unsafe handle, let first = unsafe opened[0] else { throw .io("RocksDB gave no handle") }
        unsafe self.handle = handle
        unsafe defaultFamily = first
        unsafe families = opened.dropFirst().compactMap { unsafe $0 }
        self.options = options
        unsafe writeOptions = rocksdb_writeoptions_create()
        unsafe rocksdb_writeoptions_set_sync(writeOptions, 0)
        unsafe diskRead = rocksdb_readoptions_create()
        unsafe cacheRead = rocksdb_readoptions_create()
        unsafe rocksdb_readoptions_set_read_tier(cacheRead, 1)  // block cache
    }

    deinit {
        unsafe rocksdb_readoptions_destroy(diskRead)
        unsafe rocksdb_readoptions_destroy(cacheRead)
        unsafe rocksdb_writeoptions_destroy(writeOptions)
        unsafe rocksdb_column_family_handle_destroy(defaultFamily)
        for name in Family.allCases { unsafe rocksdb_column_family_handle_destroy(family(name)) }
        unsafe rocksdb_close(handle)
    }

    private static func open(
        _ directory: String, _ options: RocksOptions, _ names: [String], _ columnOptions: [OpaquePointer],
        _ opened: inout [OpaquePointer?]
    ) throws(StorageError) -> OpaquePointer? {
        let copies = unsafe names.map { unsafe strdup($0) }
        defer { for index in names.indices { unsafe free(copies[index]) } }
        let pointers = unsafe copies.map { unsafe UnsafePointer<CChar>($0) }
        let optional = unsafe columnOptions.map { unsafe Optional($0) }
        return try unsafe throwing(.open) { error in
            unsafe rocksdb_open_column_families(
                options.database, directory, Int32(names.count), pointers, optional, &opened, error)
        }
    }

    /// The handle of a family.
    func family(_ family: Family) -> OpaquePointer {
        switch family {
        case .log: unsafe families[0]
        case .raft: unsafe families[1]
        case .data: unsafe families[2]
        case .node: unsafe families[3]
        case .history: unsafe families[4]
        }
    }

    /// The families of the database in `directory`.
    static func familyNames(_ directory: String, _ options: RocksOptions) throws(StorageError) -> [String] {
        var count = 0
        let list = try unsafe throwing(.open) { error in
            unsafe rocksdb_list_column_families(options.database, directory, &count, error)
        }
        guard let list = unsafe list else { return [] }
        defer { unsafe rocksdb_list_column_families_destroy(list, count) }
        return (0..<count).compactMap { position in
            // Safe because RocksDB gave `count` C strings.
            unsafe list[position].map { unsafe String(cString: $0) }
        }
    }
}
