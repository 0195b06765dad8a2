import Keyspace

/// The first shards' borders: keys in their text form, in ascending order.
enum SplitKeys {
    /// The most borders: each costs a Raft group on every node.
    static let countMax = 10_000

    /// Reads `KEY,KEY,…`, or with a leading `@` the file's lines, one key each. A comma inside a key is written `\x2c`,
    /// a leading `@` `\x40`. The order does not matter; a key twice, an empty one or one that is too long is refused.
    static func parse(
        _ text: String, origin: String, readFile: (String) throws(CommandFailure) -> String
    ) throws(CommandFailure) -> [[UInt8]] {
        var parts: [Substring]
        if text.hasPrefix("@") {
            parts = try readFile(String(text.dropFirst())).split(whereSeparator: \.isNewline)
        } else {
            parts = text.split(separator: ",", omittingEmptySubsequences: false)
        }
        guard parts.count <= countMax else {
            throw .usage("\(origin): \(parts.count) borders are too many; the limit is \(countMax)")
        }
        var keys: [[UInt8]] = []
        for part in parts { keys.append(try key(part, origin: origin)) }
        keys.sort { $0.lexicographicallyPrecedes($1) }
        for (key, next) in zip(keys, keys.dropFirst()) where key == next {
            throw .usage("\(origin): the key '\(KeyText.encode(key))' is there twice; write each border once")
        }
        return keys
    }

    private static func key(_ text: Substring, origin: String) throws(CommandFailure) -> [UInt8] {
        let key: [UInt8]
        do throws(KeyTextError) {
            key = try KeyText.decode(text)
        } catch {
            throw .usage("\(origin): in the key '\(text)': \(error)")
        }
        guard !key.isEmpty else { throw .usage("\(origin): a border is empty; write KEY,KEY,…") }
        guard key.count <= KeyLimits.keyBytesMax else {
            throw .usage("\(origin): a key has \(key.count) bytes; the limit is \(KeyLimits.keyBytesMax)")
        }
        return key
    }
}
