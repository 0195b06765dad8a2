import Keyspace
import Wire

extension KeyList {
    /// A list of one key.
    init(_ key: Key) throws(OperationProblem) {
        self.init()
        try append(key)
    }
}
