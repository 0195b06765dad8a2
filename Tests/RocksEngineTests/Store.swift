import RocksEngine
import Storage

/// Starts of a store in a folder.
enum Store {
    /// Small enough that a test's store costs little.
    static var options: EngineOptions {
        var options = EngineOptions()
        options.blockCacheBytes = 8 << 20
        return options
    }

    /// Opens the store in the folder; a new folder gets an identity first.
    static func open(_ path: String) throws -> (engine: RocksEngine, verdict: RecoveryVerdict) {
        let directory = try DataDirectory.open(path)
        if directory.identity == nil {
            try directory.write(Identity(incarnation: 42, createdBy: "a test"))
        }
        return try RocksEngine.open(directory, options)
    }
}
