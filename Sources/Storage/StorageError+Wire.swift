package import Wire

extension StorageError {
    /// What a record that does not decode means: a version this program does not know, or damage.
    package init(_ error: WireError, in what: @autoclosure () -> String) {
        switch error {
        case .unknownKind(let kind): self = .unsupported("\(what()): kind \(kind)")
        case .version(let theirs): self = .unsupported("\(what()): version \(theirs)")
        case .truncated, .tooLarge, .badChecksum, .badValue, .badMagic, .trailingBytes:
            self = .corruption("\(what()): \(error)")
        }
    }
}
