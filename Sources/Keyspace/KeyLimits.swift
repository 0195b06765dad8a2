/// The sizes that every node and client agrees on. All of them are checked before memory is taken for what they bound.
package enum KeyLimits {
    /// The longest key, in the user's bytes; the space byte comes on top.
    package static let keyBytesMax = 10_240
    /// The longest key as stored: a space byte and the user's bytes.
    package static let internalKeyBytesMax = keyBytesMax + 1
    /// The longest key at which a shard may begin, in the user's bytes: it is a part of the key of the shard's row.
    package static let borderBytesMax = keyBytesMax - 64
    /// The longest value, in bytes.
    package static let valueBytesMax = 1 << 20
    /// The longest frame between a client and a node, counted after its length field.
    package static let clientFrameBytesMax = 4 << 20
    /// The longest frame between nodes, counted after its length field.
    package static let peerFrameBytesMax = 16 << 20
    /// The longest frame before a connection has introduced itself: strangers get little memory.
    package static let helloFrameBytesMax = 16 << 10
    /// The longest log entry as encoded. Leaves room in a peer frame for the message around it.
    package static let entryBytesMax = 14 << 20
    /// Operations of one write request; keys of one get.
    package static let batchOperationsMax = 10_000
    /// Bytes of the rows of one scan page; the caller asks again from where it ended.
    package static let scanPageBytesMax = 1 << 20
    /// Rows of one scan page.
    package static let scanPageRowsMax = 1_000
}
