/// The user keys that a scan or a dump goes through; nil is open.
struct KeySpan: Equatable, Sendable {
    var start: [UInt8]?
    /// Exclusive.
    var end: [UInt8]?

    /// What lies in `start..<end` and begins with `prefix`, whichever of them are given.
    init(start: [UInt8]? = nil, end: [UInt8]? = nil, prefix: [UInt8]? = nil) {
        self.start = start
        self.end = end
        guard let prefix, !prefix.isEmpty else { return }
        if start?.lexicographicallyPrecedes(prefix) ?? true { self.start = prefix }
        if let bound = KeySpan.end(of: prefix), end.map({ bound.lexicographicallyPrecedes($0) }) ?? true {
            self.end = bound
        }
    }

    /// Whether no key can be in it.
    var isEmpty: Bool {
        guard let start, let end else { return end?.isEmpty ?? false }
        return !start.lexicographicallyPrecedes(end)
    }

    /// The least key after all that begin with `prefix`; nil when there is none.
    static func end(of prefix: [UInt8]) -> [UInt8]? {
        var end = prefix
        while let last = end.popLast() {
            if last < .max { return end + [last + 1] }
        }
        return nil
    }
}
