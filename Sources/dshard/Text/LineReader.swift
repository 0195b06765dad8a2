/// Cuts a stream of bytes into lines with bounded memory: at most one chunk and one unfinished line are held.
struct LineReader: Sendable {
    /// The longest line, without its newline.
    private let lineBytesMax: Int
    private var buffer: [UInt8] = []
    /// Where the unread part of `buffer` begins.
    private var start = 0
    /// How far `buffer` is known to hold no newline.
    private var searched = 0
    private var isAtEnd = false

    init(lineBytesMax: Int) { self.lineBytesMax = lineBytesMax }

    /// What `next` found.
    enum Line: Equatable, Sendable {
        case line(ArraySlice<UInt8>)
        /// Give more with `append`, or end with `finish`.
        case needsMore
        case end
        /// The line that begins here is longer than the limit.
        case tooLong
    }

    /// Adds the next bytes of the stream.
    mutating func append(_ chunk: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: chunk)
    }

    /// Nothing follows: what is left is the last line, even without a newline.
    mutating func finish() { isAtEnd = true }

    /// The next line, without its newline.
    mutating func next() -> Line {
        if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            guard newline - start <= lineBytesMax else { return .tooLong }
            defer {
                start = newline + 1
                searched = start
            }
            return .line(buffer[start..<newline])
        }
        searched = buffer.count
        guard buffer.count - start <= lineBytesMax else { return .tooLong }
        guard isAtEnd else { return .needsMore }
        guard start < buffer.count else { return .end }
        defer { start = buffer.count }
        return .line(buffer[start...])
    }
}
