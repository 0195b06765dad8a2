import Keyspace
import NIOCore

extension FuzzTarget {
    /// The text form of keys and values: what people type.
    static let keyText = FuzzTarget(name: "key-text") { input in
        let bytes = Array(input.readableBytesView)
        let text = KeyText.encode(bytes)
        Check.that((try? KeyText.decode(text)) == bytes, "\(bytes) is not what its text \(text) stands for")
        guard let typed = String(validating: bytes, as: UTF8.self) else { return }
        guard let meant = try? KeyText.decode(typed) else { return }
        Check.that((try? KeyText.decode(KeyText.encode(meant))) == meant, "\(typed) means two things")
    } seeds: {
        [ByteBuffer(string: "user:é\\\\\\x00"), ByteBuffer(bytes: [0, 0x7F, 0xC3, 0xF0, 0x9F, 0x98, 0x80])]
    }
}
