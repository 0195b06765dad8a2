/// Read access to the rows of a store at one instant, for the logic that both engines share.
package protocol RowSource {
    /// Shows the row to `body` and returns whether it is there. Blocks.
    func row(_ family: Family, key: RawSpan, _ body: (RawSpan) -> Void) throws(StorageError) -> Bool

    /// Shows the rows of [`from`, `to`) in key order until `body` returns false. Blocks.
    func rows(
        _ family: Family, from: RawSpan, to: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
    ) throws(StorageError)
}
