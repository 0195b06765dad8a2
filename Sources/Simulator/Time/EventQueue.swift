/// What is still to happen in virtual time, in nanoseconds; ties in the order of scheduling.
struct EventQueue {
    /// What happens, and in which process.
    struct Event {
        /// Nil for the world outside of the processes.
        var node: SimulatedNode?
        /// The life of the process that scheduled it.
        var life: Int
        var action: () -> Void
    }

    /// What the heap compares and moves: small, and without references.
    private struct Key {
        var time: Int64
        /// `order << slotBits | slot`: ties in the order of scheduling.
        var rank: UInt64

        static func < (a: Key, b: Key) -> Bool { a.time != b.time ? a.time < b.time : a.rank < b.rank }
    }

    private static let slotBits: UInt64 = 24

    /// A heap of four: no key is later than those at four times its place + 1 … 4.
    private var heap: [Key] = []
    /// By slot; nil where none is.
    private var events: [Event?] = []
    private var freeSlots: [Int] = []
    private var nextOrder: UInt64 = 0

    /// How many events there have been.
    var scheduled: UInt64 { nextOrder }

    mutating func add(at time: Int64, _ event: Event) {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            events[slot] = event
        } else {
            slot = events.count
            precondition(slot < 1 << EventQueue.slotBits, "too many events at a time")
            events.append(event)
        }
        let key = Key(time: time, rank: nextOrder << EventQueue.slotBits | UInt64(slot))
        nextOrder += 1
        heap.append(key)
        var hole = heap.count - 1
        while hole > 0 {
            let parent = (hole - 1) / 4
            guard key < heap[parent] else { break }
            heap[hole] = heap[parent]
            hole = parent
        }
        heap[hole] = key
    }

    /// The next event that is not later than `end`, and its time.
    mutating func removeFirst(until end: Int64) -> (time: Int64, event: Event)? {
        guard let first = heap.first, first.time <= end, let last = heap.popLast() else { return nil }
        if !heap.isEmpty { sink(last) }
        let slot = Int(first.rank & (1 << EventQueue.slotBits - 1))
        guard let event = events[slot].take() else { return nil }
        freeSlots.append(slot)
        return (first.time, event)
    }

    /// Puts `key` where it belongs, beginning at the root, which is vacant.
    private mutating func sink(_ key: Key) {
        var hole = 0
        while true {
            let left = 4 * hole + 1
            guard left < heap.count else { break }
            var least = left
            for child in (left + 1)..<max(left + 1, min(left + 4, heap.count)) where heap[child] < heap[least] {
                least = child
            }
            guard heap[least] < key else { break }
            heap[hole] = heap[least]
            hole = least
        }
        heap[hole] = key
    }

    mutating func removeAll() {
        heap.removeAll()
        events.removeAll()
        freeSlots.removeAll()
    }
}
