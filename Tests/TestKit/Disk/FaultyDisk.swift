import Foundation
import Glibc

/// A directory on a disk that can lose power, fail and be slow: a library in C, preloaded into the process that uses
/// the directory, keeps a journal of what is not synced (`Tests/FaultyDisk`), and this takes it back.
package final class FaultyDisk: Sendable {
    /// The directory whose files are watched.
    package let root: String
    /// Journal and control page.
    package let state: String

    /// A call that failed.
    package struct Failure: Error, CustomStringConvertible {
        /// The call, the path and errno.
        package let description: String

        init(_ call: String, _ path: String) { description = "\(call) \(path): errno \(errno)" }
    }

    /// How much a power loss took.
    package struct Loss: Sendable {
        /// Changes of files and directories that were taken back, at least in part.
        package var changes: Int
        /// Changes that were not durable.
        package var candidates: Int
    }

    /// What can be set while the process runs; the order of the control page.
    private enum Setting: Int {
        case failSync, syncDelay, wallOffset, failWrite, syncCount, syncFailures, writeCount
    }

    private let control: Int32

    /// A healthy disk. Both directories are on one file system; `state` is made, `root` need not exist.
    package init(root: String, state: String) throws {
        try FileManager.default.createDirectory(atPath: state + "/grave", withIntermediateDirectories: true)
        // The journal has canonical paths.
        let parent = URL(fileURLWithPath: root).deletingLastPathComponent().resolvingSymlinksInPath().path
        self.root = parent + "/" + URL(fileURLWithPath: root).lastPathComponent
        self.state = URL(fileURLWithPath: state).resolvingSymlinksInPath().path
        control = unsafe open(state + "/control", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard control >= 0, ftruncate(control, 4096) == 0 else { throw Failure("open", state + "/control") }
    }

    deinit { close(control) }

    /// What the process has to be started with.
    package func environment() throws -> [String: String] {
        ["LD_PRELOAD": try FaultyDiskLibrary.path(), "FAULTYDISK_ROOT": root, "FAULTYDISK_STATE": state]
    }

    /// Lets the `number`-th sync from now fail, and what it was to make durable be lost.
    package func failSync(number: Int = 1) throws { try set(.failSync, number) }

    /// Lets the `number`-th write from now fail.
    package func failWrite(number: Int = 1) throws { try set(.failWrite, number) }

    /// Makes every sync take so much longer.
    package func delaySyncs(milliseconds: Int) throws { try set(.syncDelay, milliseconds * 1000) }

    /// Moves the wall clock of the process.
    package func moveWallClock(seconds: Int) throws { try set(.wallOffset, seconds * 1_000_000_000) }

    /// How many syncs were made to fail.
    package func syncFailures() throws -> Int { try value(.syncFailures) }

    /// How many syncs the process has asked for.
    package func syncCount() throws -> Int { try value(.syncCount) }

    /// Takes back what a power loss takes. The process must have ended. Afterwards what is there is durable.
    package func losePower(_ loss: PowerLoss) throws -> Loss {
        var rollBack = try RollBack(try records(), loss, root: root, state: state)
        let result = try rollBack.run()
        try forget()
        return result
    }

    private func journals() throws -> [(number: UInt64, path: String)] {
        try FileManager.default.contentsOfDirectory(atPath: state).sorted().compactMap { name in
            guard name.hasPrefix("journal."), let number = UInt64(name.dropFirst(8)) else { return nil }
            return (number, "\(state)/\(name)")
        }
    }

    private func records() throws -> [DiskRecord] {
        try journals().flatMap { journal in
            DiskRecord.parse(Array(try Data(contentsOf: URL(fileURLWithPath: journal.path))), number: journal.number)
        }
    }

    /// Nothing can be taken back any more.
    private func forget() throws {
        for journal in try journals() { try FileManager.default.removeItem(atPath: journal.path) }
        for name in try FileManager.default.contentsOfDirectory(atPath: state + "/grave") {
            try FileManager.default.removeItem(atPath: "\(state)/grave/\(name)")
        }
    }

    private func set(_ setting: Setting, _ value: Int) throws(Failure) {
        var value = Int64(value)
        guard unsafe pwrite(control, &value, 8, setting.rawValue * 8) == 8 else {
            throw Failure("write", state + "/control")
        }
    }

    private func value(_ setting: Setting) throws(Failure) -> Int {
        var value: Int64 = 0
        guard unsafe pread(control, &value, 8, setting.rawValue * 8) == 8 else {
            throw Failure("read", state + "/control")
        }
        return Int(value)
    }
}
