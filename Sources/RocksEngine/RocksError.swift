import CRocksDB
import Storage

/// What the failing call was doing: the same words of RocksDB mean different things.
enum RocksCall {
    case read
    case write
    case open
}

/// Runs a call of the C API that reports through an `errptr`, frees its message and throws what it means.
func throwing<R>(
    _ kind: RocksCall, _ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
) throws(StorageError) -> R {
    var message: UnsafeMutablePointer<CChar>? = nil
    let result = unsafe call(&message)
    guard let message = unsafe message else { return result }
    // Safe because RocksDB allocated a C string that is ours now, and it is copied before it is freed.
    let text = unsafe String(cString: message)
    unsafe rocksdb_free(message)
    throw StorageError(rocksDB: text, in: kind)
}

extension StorageError {
    /// Classifies a status by the prefix that RocksDB prints (util/status.cc): the C API gives nothing else.
    init(rocksDB text: String, in call: RocksCall) {
        if text.hasPrefix("Corruption") {
            self = call == .write ? .storeCorruption(text) : .corruption(text)
        } else if text.hasPrefix("IO error: No space left on device") || text.contains("No space left on device") {
            self = .diskFull(text)
        } else if text.hasPrefix("Not implemented") {
            self = .unsupported(text)
        } else if text.hasPrefix("Shutdown in progress") {
            self = .closed
        } else {
            self = .io(text)
        }
    }

    /// What a failed file operation means.
    init(_ error: FileError) {
        self = error.isDiskFull ? .diskFull(error.description) : .io(error.description)
    }
}
