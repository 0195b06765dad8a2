/// The process's arguments without loss: keys and values are bytes, so one that is no UTF-8 must not be mended into
/// another key.
enum ArgumentText {
    /// The most that is read; the kernel allows less.
    private static let bytesMax = 8 << 20

    /// The arguments, the program's name first.
    static var process: [String] {
        let repaired = CommandLine.arguments
        // Without a sign of mending the standard library's arguments are exact.
        guard repaired.contains(where: { $0.unicodeScalars.contains("\u{FFFD}") }), let raw = readProcess() else {
            return repaired
        }
        let exact = raw.split(separator: 0, omittingEmptySubsequences: false).dropLast().map(text)
        return exact.count == repaired.count ? exact : repaired
    }

    /// The argument that `bytes` are, with what is no UTF-8 as `\xNN`, the escape of keys and values.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        var iterator = bytes.makeIterator()
        var parser = Unicode.UTF8.ForwardParser()
        var pending: [UInt8] = Array(bytes)
        if let whole = String(validating: pending, as: UTF8.self) { return whole }
        pending.reverse()
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar):
                pending.removeLast(scalar.count)
                text.unicodeScalars.append(Unicode.UTF8.decode(scalar))
            case .error(let length):
                for _ in 0..<max(1, length) {
                    guard let byte = pending.popLast() else { break }
                    text += "\\x" + String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
                }
            case .emptyInput:
                return text
            }
        }
    }

    private static func readProcess() -> [UInt8]? {
        guard let file = try? OpenFile.reading("/proc/self/cmdline") else { return nil }
        defer { file.close() }
        var bytes: [UInt8] = []
        while bytes.count < bytesMax {
            guard let chunk = try? file.read(upTo: 64 << 10) else { return nil }
            guard !chunk.isEmpty else { return bytes }
            bytes += chunk
        }
        return nil
    }
}
