/// One place where a source breaks a rule of the house.
struct Violation: Hashable, CustomStringConvertible {
    /// The file, relative to the package's root.
    var path: String
    /// Counted from 1.
    var line: Int
    /// What is wrong, and what to do instead.
    var message: String

    var description: String { "\(path):\(line): \(message)" }
}
