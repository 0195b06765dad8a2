import ArgumentParser
import DShardServer

/// Runs a node.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run a node, until SIGTERM.",
        discussion: """
            Without --initial-cluster and --join: a cluster of one node. Standard output has one line, when the node \
            serves; the log goes to standard error.

            Example: dshard serve --data-dir ./n1 --listen 127.0.0.1:7401 --http 127.0.0.1:7481 \
            --initial-cluster 127.0.0.1:7401,127.0.0.1:7402,127.0.0.1:7403
            """)

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let configuration = try options.resolved(environment: Settings.process, readFile: ServeCommand.read)
        do throws(NodeStartError) {
            try await Node(configuration: configuration).run()
        } catch {
            throw CommandFailure(.failed, "\(error)")
        }
    }

    /// The file of `--split-at @FILE`.
    private static func read(_ path: String) throws(CommandFailure) -> String {
        do throws(OpenFile.Failure) {
            let file = try OpenFile.reading(path)
            defer { file.close() }
            var bytes: [UInt8] = []
            while bytes.count <= 256 << 20 {
                let chunk = try file.read(upTo: 1 << 20)
                guard !chunk.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
                bytes += chunk
            }
        } catch {
            throw .usage("--split-at: cannot read \(path): \(error.text)")
        }
        throw .usage("--split-at: \(path) is too long")
    }
}
