import Foundation

/// The config file of `serve`: one JSON object whose names are the flags without their dashes. Lists may be arrays,
/// labels an object:
///
///     {"listen": "10.0.0.1:7400", "initial-cluster": ["10.0.0.1:7400", "10.0.0.2:7400"], "labels": {"zone": "a"}}
enum ConfigFile {
    /// The largest file that is read; a config file is a page, not a database.
    static let bytesMax = 1 << 20

    /// The entries of the file at `path`, by flag name.
    static func read(_ path: String, flags: [String]) throws(CommandFailure) -> [String: String] {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try handle.read(upToCount: bytesMax + 1) ?? Data()
        } catch {
            throw .usage("cannot read the config file \(path): \(error.localizedDescription)")
        }
        guard data.count <= bytesMax else { throw .usage("the config file \(path) is longer than 1 MiB") }
        return try parse(data, name: path, flags: flags)
    }

    /// The entries of `data`. An unknown name is an error: it is a typing mistake that would be missed otherwise.
    static func parse(_ data: Data, name: String, flags: [String]) throws(CommandFailure) -> [String: String] {
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: data)
        } catch {
            throw .usage("\(name) is not a JSON object with the flags' names, like {\"listen\": \"127.0.0.1:7400\"}")
        }
        for flag in entries.keys.sorted() where !flags.contains(flag) {
            throw .usage("\(name): '\(flag)' is no setting; use one of \(flags.joined(separator: ", "))")
        }
        return entries.mapValues(\.text)
    }

    /// One value, as the text that the flag would have.
    private struct Entry: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                text = String(flag)
            } else if let number = try? container.decode(Int64.self) {
                text = String(number)
            } else if let number = try? container.decode(Double.self) {
                text = String(number)
            } else if let list = try? container.decode([String].self) {
                text = list.joined(separator: ",")
            } else if let pairs = try? container.decode([String: String].self) {
                text = pairs.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }.joined(separator: ",")
            } else {
                text = try container.decode(String.self)
            }
        }
    }
}
