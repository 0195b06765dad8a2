package import Storage

/// Why a store did not open. Each text is one line and says what to do.
package enum OpenError: Error, Hashable, Sendable, CustomStringConvertible {
    /// IDENTITY was not written yet: a bug of the caller (rule 17).
    case noIdentity(String)
    /// The store is damaged and was renamed. Start again, empty, with `DataDirectory.beginIncarnation` (rule 15).
    case corrupt(movedTo: String, reason: String)
    /// A later program wrote it.
    case unknownFamily(String)
    /// The disk, or something this program does not know.
    case storage(StorageError)

    package var description: String {
        switch self {
        case .noIdentity(let path): "\(path) has no IDENTITY; write it before the store is opened"
        case .corrupt(let path, let reason):
            "the store does not open (\(reason)); it was moved to \(path), start again and this node rejoins empty"
        case .unknownFamily(let name):
            "the store has a part \"\(name)\" that this program does not know; run the version that wrote it"
        case .storage(.diskFull(let text)): "the disk is full (\(text)); free space and start again"
        case .storage(let error): "the store does not open: \(error); check the disk"
        }
    }
}
