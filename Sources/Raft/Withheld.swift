/// A message that must not leave before the disk holds what it rests on (rule 8). All wait for the hard state.
struct Withheld<Payload: EntryPayload>: Sendable {
    var outgoing: Ready<Payload>.Outgoing
    /// The log must be durable up to here.
    var index: LogIndex
}
