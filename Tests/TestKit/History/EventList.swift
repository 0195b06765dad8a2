/// Calls and returns in the order of time, as a list from which operations can be taken and put back (Knuth's dancing
/// links): putting back in the reverse order of taking restores it exactly.
struct EventList {
    private var nextEvent: [Int32]
    private var previousEvent: [Int32]
    private var eventOperation: [Int32]
    private var callEvent: [Int32]
    private var returnEvent: [Int32]

    /// Stands before the first event.
    static let head: Int32 = 0

    /// Marks the end of the list, and the return of an operation that has none.
    static let none: Int32 = -1

    /// `operations` must be sorted by their start. An operation ends after one that begins at the same moment has
    /// begun: they overlap.
    init(_ operations: [RegisterProblem.Operation]) {
        let byEnd = operations.indices.filter { !operations[$0].isOptional }.sorted {
            (operations[$0].end, $0) < (operations[$1].end, $1)
        }
        callEvent = Array(repeating: Self.none, count: operations.count)
        returnEvent = callEvent
        eventOperation = [Self.none]
        var ended = 0
        func end(before start: UInt64?, _ list: inout EventList) {
            while ended < byEnd.count, start.map({ operations[byEnd[ended]].end < $0 }) ?? true {
                list.returnEvent[byEnd[ended]] = Int32(list.eventOperation.count)
                list.eventOperation.append(Int32(byEnd[ended]))
                ended += 1
            }
        }
        nextEvent = []
        previousEvent = []
        for (index, operation) in operations.enumerated() {
            end(before: operation.start, &self)
            callEvent[index] = Int32(eventOperation.count)
            eventOperation.append(Int32(index))
        }
        end(before: nil, &self)
        let count = eventOperation.count
        nextEvent = (0..<count).map { $0 + 1 < count ? Int32($0 + 1) : Self.none }
        previousEvent = (0..<count).map { Int32($0) - 1 }
    }

    func next(_ event: Int32) -> Int32 { nextEvent[Int(event)] }

    func previous(_ event: Int32) -> Int32 { previousEvent[Int(event)] }

    /// The operation that calls or returns at `event`.
    func operation(_ event: Int32) -> Int { Int(eventOperation[Int(event)]) }

    func isCall(_ event: Int32) -> Bool { callEvent[operation(event)] == event }

    func call(of operation: Int) -> Int32 { callEvent[operation] }

    /// Takes the operation's call and return out of the list.
    mutating func take(_ operation: Int) {
        unlink(callEvent[operation])
        if returnEvent[operation] != Self.none { unlink(returnEvent[operation]) }
    }

    /// Puts back what was taken last and not yet put back.
    mutating func putBack(_ operation: Int) {
        if returnEvent[operation] != Self.none { relink(returnEvent[operation]) }
        relink(callEvent[operation])
    }

    private mutating func unlink(_ event: Int32) {
        let (before, after) = (previousEvent[Int(event)], nextEvent[Int(event)])
        nextEvent[Int(before)] = after
        if after != Self.none { previousEvent[Int(after)] = before }
    }

    private mutating func relink(_ event: Int32) {
        let (before, after) = (previousEvent[Int(event)], nextEvent[Int(event)])
        nextEvent[Int(before)] = event
        if after != Self.none { previousEvent[Int(after)] = event }
    }
}
