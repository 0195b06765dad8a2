/// Rows of a received snapshot on their way into the store (rule 31): staged outside the state, invisible until
/// `StateStore.ingest`, discarded with the object. One thread at a time.
package protocol StateTable: AnyObject {
    /// Clears [`from`, `to`) when the table is ingested; rows of the table itself stay. Tables ingested together
    /// have disjoint spans.
    func deleteRange(from: RawSpan, to: RawSpan) throws(StorageError)

    /// Adds a row with `value` as stored, header included; keys ascend strictly.
    func put(_ key: RawSpan, value: RawSpan) throws(StorageError)

    /// Bytes staged so far, roughly.
    var byteCount: UInt64 { get }
}
