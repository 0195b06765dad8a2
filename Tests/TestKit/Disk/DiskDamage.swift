import Foundation

/// What happens to files of a node that does not run, although they were synced.
package struct DiskDamage: Sendable {
    /// The node's data directory.
    package var directory: String

    package init(directory: String) { self.directory = directory }

    /// The write-ahead log's files, oldest first.
    package var logFiles: [String] {
        get throws { try files(in: "db/wal") { $0.hasSuffix(".log") } }
    }

    /// The table files.
    package var tableFiles: [String] {
        get throws { try files(in: "db") { $0.hasSuffix(".sst") } }
    }

    /// The file that lists the tables.
    package var manifestFiles: [String] {
        get throws { try files(in: "db") { $0.hasPrefix("MANIFEST-") } }
    }

    /// Turns one bit around, at `part` of the file's length.
    package static func flipBit(_ path: String, at part: Double) throws {
        let file = try DiskFile(path)
        let offset = UInt64(Double(try file.size() - 1) * part)
        var bytes = try file.read(offset..<offset + 1)
        bytes[0] ^= 0x10
        try file.write(bytes, at: offset)
    }

    /// Loses the end of a file: `part` of its length stays.
    package static func cut(_ path: String, to part: Double) throws {
        let file = try DiskFile(path)
        try file.resize(to: UInt64(Double(try file.size()) * part))
    }

    private func files(in folder: String, where matches: (String) -> Bool) throws -> [String] {
        let path = "\(directory)/\(folder)"
        return try FileManager.default.contentsOfDirectory(atPath: path).filter(matches).sorted().map {
            "\(path)/\($0)"
        }
    }
}
