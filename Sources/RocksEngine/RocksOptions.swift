import CRocksDB
import Storage

/// The options of the database and of each family, alive as long as the database.
@safe final class RocksOptions {
    /// The database's own, and the `default` family's.
    let database: OpaquePointer
    /// In the order of `Family.allCases`.
    let families: [OpaquePointer]
    private let cache: OpaquePointer

    init(_ options: EngineOptions, walDirectory: String) {
        unsafe cache = rocksdb_cache_create_lru(options.blockCacheBytes)
        unsafe database = RocksOptions.make()
        unsafe families = Family.allCases.map { _ in unsafe RocksOptions.make() }
        setSafety(walDirectory)
        setResources(options)
        for (index, family) in Family.allCases.enumerated() { unsafe set(family, families[index], options) }
    }

    deinit {
        unsafe rocksdb_options_destroy(database)
        for index in Family.allCases.indices { unsafe rocksdb_options_destroy(families[index]) }
        unsafe rocksdb_cache_destroy(cache)
    }

    private static func make() -> OpaquePointer {
        // RocksDB's `new` does not return null, it throws; then there is nothing to go on with.
        guard let options = unsafe rocksdb_options_create() else { preconditionFailure("out of memory") }
        return unsafe options
    }

    /// What the prefix property of recovery needs (rule 12). Defaults are spelled out: a later RocksDB may change them.
    private func setSafety(_ walDirectory: String) {
        unsafe rocksdb_options_set_create_if_missing(database, 1)
        unsafe rocksdb_options_set_create_missing_column_families(database, 1)
        unsafe rocksdb_options_set_paranoid_checks(database, 1)
        unsafe rocksdb_options_set_wal_recovery_mode(database, 2)  // point in time
        unsafe rocksdb_options_set_wal_dir(database, walDirectory)
        unsafe rocksdb_options_set_recycle_log_file_num(database, 0)
        unsafe rocksdb_options_set_manual_wal_flush(database, 0)
        unsafe rocksdb_options_set_unordered_write(database, 0)
        unsafe rocksdb_options_set_atomic_flush(database, 0)
        unsafe rocksdb_options_set_enable_pipelined_write(database, 0)
        unsafe rocksdb_options_set_allow_mmap_writes(database, 0)
        unsafe rocksdb_options_set_use_fsync(database, 0)
    }

    private func setResources(_ options: EngineOptions) {
        unsafe rocksdb_options_set_max_total_wal_size(database, options.walBytesMax)
        unsafe rocksdb_options_set_max_background_jobs(database, 2)
        unsafe rocksdb_options_set_max_open_files(database, options.openFilesMax)
        unsafe rocksdb_options_set_bytes_per_sync(database, 1 << 20)
        unsafe rocksdb_options_set_avoid_unnecessary_blocking_io(database, 1)
        unsafe rocksdb_options_set_skip_stats_update_on_db_open(database, 1)
        unsafe rocksdb_options_set_stats_dump_period_sec(database, 0)
        unsafe rocksdb_options_set_stats_persist_period_sec(database, 0)
        unsafe rocksdb_options_set_info_log_level(database, 2)  // warnings
        unsafe rocksdb_options_set_keep_log_file_num(database, 4)
        unsafe rocksdb_options_set_max_log_file_size(database, 16 << 20)
        unsafe rocksdb_options_set_max_manifest_file_size(database, 64 << 20)
    }

    private func set(_ family: Family, _ handle: OpaquePointer, _ options: EngineOptions) {
        let (bufferBytes, buffers): (Int, Int32) =
            switch family {
            case .data: (options.dataWriteBufferBytes, 4)
            case .log: (options.logWriteBufferBytes, 4)
            case .raft, .node: (4 << 20, 4)
            case .history: (1 << 20, 2)
            }
        unsafe rocksdb_options_set_write_buffer_size(handle, bufferBytes)
        unsafe rocksdb_options_set_max_write_buffer_number(handle, buffers)
        unsafe rocksdb_options_set_level0_file_num_compaction_trigger(handle, 4)
        // Out of reach: RocksDB's own brakes stop every writer, the log's too. The host brakes proposals (rule 38).
        unsafe rocksdb_options_set_level0_slowdown_writes_trigger(handle, 1 << 20)
        unsafe rocksdb_options_set_level0_stop_writes_trigger(handle, 1 << 20)
        unsafe rocksdb_options_set_soft_pending_compaction_bytes_limit(handle, 0)
        unsafe rocksdb_options_set_hard_pending_compaction_bytes_limit(handle, 0)
        unsafe rocksdb_options_set_level_compaction_dynamic_level_bytes(handle, 1)
        unsafe rocksdb_options_set_target_file_size_base(handle, 32 << 20)
        // Logs are read back rarely and live shortly; the state is worth the processor's time.
        unsafe rocksdb_options_set_compression(handle, Int32(family == .data ? rocksdb_lz4_compression : 0))
        if family == .data {
            // A get whose key is in no memtable asks their filters instead of walking their skip lists.
            unsafe rocksdb_options_set_memtable_whole_key_filtering(handle, 1)
            unsafe rocksdb_options_set_memtable_prefix_bloom_size_ratio(handle, 0.02)
        }
        unsafe setTable(handle, hasFilter: family == .data)
    }

    private func setTable(_ handle: OpaquePointer, hasFilter: Bool) {
        guard let table = unsafe rocksdb_block_based_options_create() else { preconditionFailure("out of memory") }
        defer { unsafe rocksdb_block_based_options_destroy(table) }
        unsafe rocksdb_block_based_options_set_block_cache(table, cache)
        unsafe rocksdb_block_based_options_set_format_version(table, 5)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1)
        unsafe rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority(table, 1)
        unsafe rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1)
        if hasFilter {
            // Point reads walk half an interval key by key; values outweigh what the shared key prefixes would save.
            unsafe rocksdb_block_based_options_set_block_restart_interval(table, 4)
            // The table takes the policy over.
            unsafe rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(10))
            unsafe rocksdb_block_based_options_set_whole_key_filtering(table, 1)
        }
        unsafe rocksdb_options_set_block_based_table_factory(handle, table)
    }
}
