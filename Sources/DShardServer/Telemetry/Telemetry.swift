import Foundation
import Logging

/// What a node says about itself: its log, one line per event, never with a key or value.
struct Telemetry: Sendable {
    let log: Logger

    init(level: String, format: NodeConfiguration.LogFormat) {
        var logger = Logger(label: "dshard") { _ in StderrLog(format: format) }
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        log = logger
    }
}

/// Writes log lines to standard error, one write each, so that lines of threads do not mix.
struct StderrLog: LogHandler {
    let format: NodeConfiguration.LogFormat
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info

    init(format: NodeConfiguration.LogFormat) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line: String
        switch format {
        case .text:
            let rest = fields.map { " \($0.key)=\($0.value)" }.joined()
            line = "\(time) \(event.level.rawValue) \(event.message)\(rest)\n"
        case .json:
            var object = ["time": time, "level": event.level.rawValue, "message": "\(event.message)"]
            for (key, value) in fields { object[key] = "\(value)" }
            let bytes = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
            line = String(decoding: bytes, as: UTF8.self) + "\n"
        }
        FileHandle.standardError.write(Data(line.utf8))
    }
}
