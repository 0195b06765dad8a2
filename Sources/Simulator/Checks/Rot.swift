import Keyspace
import Raft
import Storage

/// A row that is not what was written, and that no checksum tells.
struct Rot {
    let node: NodeID
    /// The replica that had the row then: a check may find it out although a split or somebody's hand came in between.
    let name: LogName
    let key: Key
    let original: [UInt8]
}
