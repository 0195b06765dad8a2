import Foundation

/// Where the program under test is.
package enum Executable {
    /// The one that `TESTED_DSHARD` names, else the `dshard` that was built together with these tests: it lies
    /// beside the test bundle.
    package static var path: String {
        get throws {
            if let named = ProcessInfo.processInfo.environment["TESTED_DSHARD"] { return named }
            let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let candidates = [own, CommandLine.arguments[0]].map { program in
                URL(fileURLWithPath: program).deletingLastPathComponent().appendingPathComponent("dshard").path
            }
            guard let path = candidates.first(where: FileManager.default.isExecutableFile) else {
                throw Missing(description: "no dshard at \(candidates[0]): build it with the same flags as the tests")
            }
            return path
        }
    }

    /// The program has not been built.
    package struct Missing: Error, CustomStringConvertible {
        /// Where it was looked for, and what to do.
        package let description: String
    }

    /// This process's environment without what would change the program's settings.
    static var environment: [String: String] {
        ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DSHARD_") }
    }
}
