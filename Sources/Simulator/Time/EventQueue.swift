/// What is still to happen in virtual time, in nanoseconds; ties in the order of scheduling.
struct EventQueue {
    private struct Event {
        var time: Int64
        var order: UInt64
        var action: () -> Void

        static func < (a: Event, b: Event) -> Bool { (a.time, a.order) < (b.time, b.order) }
    }

    /// A binary heap: no event is later than the two at twice its place.
    private var heap: [Event] = []
    private var nextOrder: UInt64 = 0

    var nextTime: Int64? { heap.first?.time }

    /// How many events there have been.
    var scheduled: UInt64 { nextOrder }

    mutating func add(at time: Int64, _ action: @escaping () -> Void) {
        heap.append(Event(time: time, order: nextOrder, action: action))
        nextOrder += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> (() -> Void)? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            let left = 2 * parent + 1
            for child in left...(left + 1) where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return first.action }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    mutating func removeAll() { heap.removeAll() }
}
