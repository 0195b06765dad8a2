/// Calls and returns in the order of time, as a list from which operations can be taken and put back (Knuth's dancing
/// links): putting back in the reverse order of taking restores it exactly.
struct EventList {
    private struct Event {
        var next: Int32
        var previous: Int32
        var operation: Int32
        var isCall: Bool
    }

    private struct Place {
        var call: Int32
        var end: Int32
    }

    private var events: [Event] = []
    private var places: [Place] = []
    private var byEnd: [(end: Int64, operation: Int32)] = []

    /// Stands before the first event.
    static let head: Int32 = 0

    /// Marks the end of the list, and the return of an operation that has none.
    static let none: Int32 = -1

    /// Lists `operations`, which are sorted by their start. An operation ends after one that begins at the same moment
    /// has begun: they overlap.
    mutating func take(_ operations: [RegisterOperation]) {
        byEnd.removeAll(keepingCapacity: true)
        for (index, operation) in operations.enumerated() where !operation.isOptional {
            byEnd.append((operation.end, Int32(truncatingIfNeeded: index)))
        }
        byEnd.sort { $0.end != $1.end ? $0.end < $1.end : $0.operation < $1.operation }
        places.removeAll(keepingCapacity: true)
        places.append(contentsOf: repeatElement(Place(call: Self.none, end: Self.none), count: operations.count))
        events.removeAll(keepingCapacity: true)
        append(operation: Self.none, isCall: false)
        var ended = 0
        for (index, operation) in operations.enumerated() {
            while ended < byEnd.count, byEnd[ended].end < operation.start {
                appendEnd(of: byEnd[ended].operation)
                ended += 1
            }
            places[index].call = append(operation: Int32(truncatingIfNeeded: index), isCall: true)
        }
        while ended < byEnd.count {
            appendEnd(of: byEnd[ended].operation)
            ended += 1
        }
        events[events.count - 1].next = Self.none
    }

    func next(_ event: Int32) -> Int32 { events[Int(event)].next }

    func previous(_ event: Int32) -> Int32 { events[Int(event)].previous }

    /// The operation that calls or returns at `event`.
    func operation(_ event: Int32) -> Int { Int(events[Int(event)].operation) }

    /// Whether `event` is a call: not a return, nor the end of the list.
    func isCall(_ event: Int32) -> Bool { event != Self.none && events[Int(event)].isCall }

    func call(of operation: Int) -> Int32 { places[operation].call }

    /// Takes the operation's call and return out of the list.
    mutating func remove(_ operation: Int) {
        let place = places[operation]
        unlink(place.call)
        if place.end != Self.none { unlink(place.end) }
    }

    /// Puts back what was taken last and not yet put back.
    mutating func putBack(_ operation: Int) {
        let place = places[operation]
        if place.end != Self.none { relink(place.end) }
        relink(place.call)
    }

    @discardableResult
    private mutating func append(operation: Int32, isCall: Bool) -> Int32 {
        let event = Int32(truncatingIfNeeded: events.count)
        events.append(Event(next: event + 1, previous: event - 1, operation: operation, isCall: isCall))
        return event
    }

    private mutating func appendEnd(of operation: Int32) {
        places[Int(operation)].end = append(operation: operation, isCall: false)
    }

    private mutating func unlink(_ event: Int32) {
        let (before, after) = (events[Int(event)].previous, events[Int(event)].next)
        events[Int(before)].next = after
        if after != Self.none { events[Int(after)].previous = before }
    }

    private mutating func relink(_ event: Int32) {
        let (before, after) = (events[Int(event)].previous, events[Int(event)].next)
        events[Int(before)].next = event
        if after != Self.none { events[Int(after)].previous = event }
    }
}
