/// Why a data directory cannot be used. Each text is one line and says what to do.
package enum DirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process has the directory.
    case locked(String, process: Int?)
    /// Something else lives there.
    case foreign(String, found: String)
    /// A later program wrote it.
    case newerFormat(String, theirs: Int, ours: Int)
    /// Others could change it.
    case loosePermissions(String, mode: UInt32)
    case notADirectory(String)
    case notWritable(String)
    /// A file that a person may repair or restore does not read.
    case unreadable(String, String)
    case file(FileError)

    package var description: String {
        switch self {
        case .locked(let path, let process):
            "\(path) is in use by \(process.map { "process \($0)" } ?? "another process"); "
                + "stop it, or give this node a directory of its own"
        case .foreign(let path, let found):
            "\(path) is not empty and has no IDENTITY (found \"\(found)\"); give an empty or a new directory"
        case .newerFormat(let path, let theirs, let ours):
            "\(path) has format \(theirs), this program knows up to \(ours); run the version that wrote it, or a newer"
        case .loosePermissions(let path, let mode):
            "\(path) can be written by others (mode \(String(mode, radix: 8))); run: chmod 700 \(path)"
        case .notADirectory(let path): "\(path) is not a directory; give the path of one, or a new path"
        case .notWritable(let path): "\(path) cannot be written by this user; change its owner, or give another"
        case .unreadable(let path, let why): "\(path) \(why); restore it, or move the directory away and rejoin empty"
        case .file(let error): "\(error)\(error.isDiskFull ? "; free space on that disk" : "; check the disk")"
        }
    }
}
