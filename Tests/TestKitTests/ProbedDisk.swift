import Foundation
@testable import TestKit

/// A faulty disk, and the small program in C that does to its files what it is told.
struct ProbedDisk {
    let disk: FaultyDisk
    private let folder: TemporaryFolder
    private let program: String

    private static let program = Result {
        let folder = try TemporaryFolder("probe")
        return (folder: folder, path: try FaultyDiskLibrary.program("probe", in: folder.path))
    }

    init() throws {
        folder = try TemporaryFolder("probed-disk")
        program = try ProbedDisk.program.get().path
        try FileManager.default.createDirectory(atPath: folder.path("root"), withIntermediateDirectories: true)
        disk = try FaultyDisk(root: folder.path("root"), state: folder.path("state"))
    }

    /// One life of the program; `script` is its arguments, separated by spaces. Returns what it printed.
    @discardableResult
    func run(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = script.split(separator: " ").map(String.init)
        process.environment = try disk.environment()
        process.currentDirectoryURL = URL(fileURLWithPath: disk.root)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Ended(status: process.terminationStatus) }
        return String(decoding: text, as: UTF8.self)
    }

    /// What a name holds; nil when there is none.
    func content(_ name: String) -> String? {
        FileManager.default.contents(atPath: "\(disk.root)/\(name)").map { String(decoding: $0, as: UTF8.self) }
    }

    /// All names, in order.
    var names: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: disk.root).sorted()) ?? [] }

    struct Ended: Error {
        var status: Int32
    }
}
