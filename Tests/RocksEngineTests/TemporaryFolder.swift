import Foundation
import Synchronization

/// A path for one test. What is there is removed when the tests are over, not earlier: a store that a test let go may
/// still be closing.
struct TemporaryFolder: Sendable {
    let path: String

    private static let root: String = {
        let path = FileManager.default.temporaryDirectory.path + "/dshard-test-\(UUID().uuidString)"
        folders.withLock { $0.append(path) }
        atexit {
            for path in TemporaryFolder.folders.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
        }
        return path
    }()

    private static let folders = Mutex<[String]>([])

    init() throws {
        path = TemporaryFolder.root + "/" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// A copy of everything as it is now, as a crash would leave it.
    func copy() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            try FileManager.default.copyItem(atPath: path + "/" + name, toPath: copy.path + "/" + name)
        }
        return copy
    }
}
