import Foundation
import Glibc

extension RollBack {
    /// Takes one change of a directory back. All later changes that are lost have been taken back before; those that
    /// stay are of other names, and where they moved something away there is nothing left to do.
    func undoName(_ record: DiskRecord) throws {
        let paths = record.paths
        guard let path = paths.first else { return }
        switch record.kind {
        case .create, .link:
            if RollBack.inode(of: path) == record.inode { try call("unlink", path) { unsafe unlink($0) } }
        case .unlink:
            try exhume(record, to: path)
        case .rename:
            guard paths.count == 2, RollBack.inode(of: paths[1]) == record.inode else { return }
            try call("rename", paths[1]) { unsafe rename($0, path) }
            if record.b == 1 { try exhume(record, to: paths[1]) }
        case .makeDirectory:
            if RollBack.inode(of: path) == record.inode { try FileManager.default.removeItem(atPath: path) }
        case .removeDirectory:
            if RollBack.inode(of: path) == nil { try call("mkdir", path) { unsafe mkdir($0, 0o700) } }
        case .write, .resize, .sync, .syncFailed:
            break
        }
    }

    /// Gives a file that was unlinked or replaced its name back.
    private func exhume(_ record: DiskRecord, to path: String) throws {
        let hex = String(record.sequence, radix: 16)
        let grave = "\(state)/grave/" + String(repeating: "0", count: 16 - hex.count) + hex
        guard RollBack.inode(of: path) == nil, RollBack.inode(of: grave) != nil else { return }
        try call("link", grave) { unsafe link($0, path) }
    }

    private func call(_ name: String, _ path: String, _ body: (String) -> Int32) throws(FaultyDisk.Failure) {
        // A directory that is lost as well takes its entries along.
        guard body(path) == 0 || errno == ENOENT else { throw FaultyDisk.Failure(name, path) }
    }

    static func inode(of path: String) -> UInt64? {
        var status = stat()
        return unsafe lstat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Every regular file below some folders, by its inode.
    static func files(below folders: [String]) throws -> [UInt64: String] {
        var found: [UInt64: String] = [:]
        // The root may not have been made yet.
        for folder in folders where inode(of: folder) != nil {
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                var status = stat()
                let path = "\(folder)/\(name)"
                guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                found[UInt64(status.st_ino)] = path
            }
        }
        return found
    }
}
