import Keyspace

/// Keys and values as they are given on the command line.
enum KeyArgument {
    /// The bytes of the text form `text`; `name` is the argument's, for the message.
    static func bytes(_ text: String, _ name: String) throws(CommandFailure) -> [UInt8] {
        do throws(KeyTextError) {
            return try KeyText.decode(text)
        } catch {
            throw .usage("\(name): \(error)")
        }
    }
}
