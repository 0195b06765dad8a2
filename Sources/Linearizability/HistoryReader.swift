/// Reads the JSON lines of `dshard bench --history` piece by piece, so that no file has to fit into memory.
package struct HistoryReader: Sendable {
    private var history = History()
    private var parser = LineParser()
    /// The line that the last chunk left unfinished.
    private var unfinished: [UInt8] = []
    /// Lines read so far.
    private var lineCount = 0

    private static let newline = UInt8(ascii: "\n")

    /// The longest line in bytes: far beyond what the largest key and two of the largest values need, and a bound on
    /// what a file that is no history can make us hold.
    package static let lineBytesMax = 64 << 20

    /// A reader that has seen nothing.
    package init() {}

    /// The operations of `bytes`, one JSON object a line.
    package static func parse(_ bytes: [UInt8]) throws(HistoryError) -> History {
        var reader = HistoryReader()
        try reader.append(bytes)
        return try reader.finish()
    }

    /// Reads the next bytes of the file.
    package mutating func append(_ chunk: [UInt8]) throws(HistoryError) {
        guard let last = chunk.lastIndex(of: HistoryReader.newline) else {
            try hold(chunk[...])
            return
        }
        var start = 0
        if !unfinished.isEmpty, let first = chunk.firstIndex(of: HistoryReader.newline) {
            try hold(chunk[...first])
            let line = unfinished
            unfinished = []
            try read(line.span, from: 0)
            start = first + 1
        }
        if start <= last { try read(chunk.span.extracting(0..<(last + 1)), from: start) }
        try hold(chunk[(last + 1)...])
    }

    /// Nothing follows: the last line may stand without a newline.
    package consuming func finish() throws(HistoryError) -> History {
        if !unfinished.isEmpty {
            unfinished.append(HistoryReader.newline)
            let line = unfinished
            try read(line.span, from: 0)
        }
        return history
    }

    private mutating func hold(_ bytes: ArraySlice<UInt8>) throws(HistoryError) {
        guard unfinished.count + bytes.count <= HistoryReader.lineBytesMax else {
            throw HistoryError(line: lineCount + 1, reason: "longer than \(HistoryReader.lineBytesMax >> 20) MiB")
        }
        unfinished.append(contentsOf: bytes)
    }

    /// `bytes` ends with a newline.
    private mutating func read(_ bytes: Span<UInt8>, from start: Int) throws(HistoryError) {
        parser.position = start
        while parser.position < bytes.count {
            lineCount += 1
            do throws(LineParser.Problem) {
                try parser.parseLine(bytes, into: &history)
            } catch {
                throw HistoryError(line: lineCount, reason: error.reason)
            }
        }
    }
}
