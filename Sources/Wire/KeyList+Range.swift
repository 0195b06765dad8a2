package import Keyspace
import NIOCore

extension KeyList {
    /// Whether every key lies in `range`.
    package func allLie(in range: KeyRange) -> Bool {
        var cursor = cursor()
        let span = bytes.readableBytesSpan
        while let key = cursor.next() {
            guard range.contains(span.extracting(key)) else { return false }
        }
        return true
    }

    /// Where the first key is, in the readable bytes.
    package var first: Range<Int>? {
        var cursor = cursor()
        return cursor.next()
    }
}
