import CRocksDB
import Glibc

/// The threads that RocksDB compacts in. They belong to its environment, which is the process's, and are as urgent as
/// the thread that creates them: so one that has become a background thread does, before the first store is opened.
/// Else each compaction would take its share of processors and disk from lanes and log writers, for seconds.
enum CompactionThreads {
    /// How many a store may keep busy: all but the flushing one of `max_background_jobs`.
    static let count: Int32 = 1

    private static let created: Void = {
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { _ in
                ThreadUrgency.background.adopt()
                let environment = unsafe rocksdb_create_default_env()
                // What they write waits for the log's syncs, where the disk's scheduler knows priorities.
                unsafe rocksdb_env_lower_thread_pool_io_priority(environment)
                unsafe rocksdb_env_set_low_priority_background_threads(environment, CompactionThreads.count)
                unsafe rocksdb_env_destroy(environment)
                return nil
            }, nil)
        // Without it RocksDB creates them itself, at the first compaction.
        guard result == 0 else { return }
        pthread_join(thread, nil)
    }()

    /// Creates them unless they are there.
    static func create() { created }
}
