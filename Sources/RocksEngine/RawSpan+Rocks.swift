extension RawSpan {
    /// The bytes as RocksDB takes them. They live as long as the call; RocksDB copies what it keeps.
    func withRocks<R>(_ body: (UnsafePointer<CChar>?, Int) -> R) -> R {
        unsafe withUnsafeBytes { bytes in
            unsafe body(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
}

/// Shows bytes that RocksDB owns to `body`; they must live until it returns.
func withRocksBytes<R>(_ start: UnsafePointer<CChar>?, _ count: Int, _ body: (RawSpan) -> R) -> R {
    // Safe because the caller vouches for the bytes while `body` runs, and a span cannot outlive it.
    let buffer = unsafe UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    let span = unsafe RawSpan(_unsafeBytes: buffer)
    return body(span)
}
