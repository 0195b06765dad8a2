/// The state at one instant. Release it soon: it keeps overwritten values alive.
package protocol StateSnapshot: AnyObject, Sendable {
    /// As `StateStore.get`, at the instant of the snapshot.
    func get(
        _ key: RawSpan, tier: ReadTier, _ body: (RawSpan) -> Void
    ) throws(StorageError) -> GetOutcome

    /// Shows the rows of [`from`, `to`) in key order, or in reverse from the greatest, until `body` returns false or
    /// the rows end. The spans die with the call. An unreadable row throws: rows shown before it are no complete
    /// answer. Blocks.
    func iterate(
        from: RawSpan, to: RawSpan, reverse: Bool, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError)

    /// As `iterate` in key order, for work in the background that comes by once: it takes nobody's place in caches.
    func scan(
        from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError)
}
