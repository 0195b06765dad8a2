import Foundation
import Glibc

/// A file system of a few MiB in memory, for a disk that fills up. Needs the right to mount.
package final class SmallDisk {
    /// Where it is mounted.
    package let path: String

    /// Why a process may not mount anything here; nil: it may.
    package static let obstacle: String? = {
        guard geteuid() == 0 else { return "only root may mount a small disk" }
        do {
            _ = try SmallDisk(at: NSTemporaryDirectory() + "small-disk-\(UUID().uuidString)", mebibytes: 1)
            return nil
        } catch {
            return "root may not mount here: \(error)"
        }
    }()

    /// Makes the folder and mounts the disk on it.
    package init(at path: String, mebibytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard unsafe mount("small", path, "tmpfs", 0, "size=\(mebibytes)m,mode=700") == 0 else {
            throw FaultyDisk.Failure("mount", path)
        }
    }

    deinit {
        // Lazily: a process that is being killed may still have files open.
        _ = unsafe umount2(path, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Takes room away: writes a file of so many MiB beside the others; as much as fits.
    package func fill(_ name: String, mebibytes: Int) throws {
        let piece = Data(repeating: 1, count: 1 << 20)
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try Data().write(to: url)
        let file = try FileHandle(forWritingTo: url)
        do {
            for _ in 0..<mebibytes { try file.write(contentsOf: piece) }
        } catch {
            // Full: that is what was asked for.
        }
        try file.close()
    }

    /// Gives the room back.
    package func clear(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
}
