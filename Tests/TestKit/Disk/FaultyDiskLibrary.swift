import Foundation

/// The library to preload, built from `Tests/FaultyDisk` when it is first asked for: it is no part of the product, and
/// the C compiler is there because Swift needs its linker.
enum FaultyDiskLibrary {
    /// Where it is. Throws with what the compiler said.
    static func path() throws -> String { try built.get() }

    /// Builds a program that the tests run, from a file beside the library's.
    static func program(_ name: String, in folder: String) throws -> String {
        let output = "\(folder)/\(name)"
        try compile(["-o", output, "\(sources)/\(name).c"])
        return output
    }

    private static let folder = Result { try TemporaryFolder("faulty-disk") }

    private static let built = Result {
        let output = try folder.get().path("libfaultydisk.so")
        let names = ["journal", "files", "names", "clock"]
        try compile(["-shared", "-fPIC", "-o", output] + names.map { "\(sources)/\($0).c" })
        return output
    }

    private static let sources = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FaultyDisk").path

    private static func compile(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["cc", "-O2", "-Wall", "-Wextra", "-Werror"] + arguments + ["-ldl", "-lpthread"]
        let pipe = Pipe()
        process.standardError = pipe
        try process.run()
        let text = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BuildFailure(description: "cc: \(String(decoding: text, as: UTF8.self))")
        }
    }

    /// The compiler refused.
    struct BuildFailure: Error, CustomStringConvertible {
        let description: String
    }
}
