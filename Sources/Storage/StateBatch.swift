/// Changes to the state that become visible and survive together. Built and written by one thread; not shared.
///
/// Later changes win over earlier ones, range deletes included. Keys and values are copied on the way in.
package protocol StateBatch: AnyObject {
    /// Stores `header` followed by `value` under the internal key `key`: two pieces, so that nobody concatenates.
    func put(_ key: RawSpan, header: RawSpan, value: RawSpan)

    /// Removes `key`.
    func delete(_ key: RawSpan)

    /// Removes every key of [`from`, `to`); nothing when the bounds are in the wrong order.
    func deleteRange(from: RawSpan, to: RawSpan)

    /// Stores a row of the node itself: a tombstone, gossip cache (`NodeKey`).
    func putNode(_ key: RawSpan, value: RawSpan)

    /// Removes a row of the node itself.
    func deleteNode(_ key: RawSpan)

    /// Changes so far.
    var count: Int { get }

    /// Bytes so far, keys and values and a few per change.
    var byteCount: Int { get }

    /// Forgets every change and keeps the storage.
    func clear()
}
