@testable import Simulator
import Testing

/// Events happen in the order of time, and those of one moment in the order of scheduling.
@Suite struct EventQueueTests {
    private func happened(_ queue: inout EventQueue, until end: Int64) -> [Int64] {
        var times: [Int64] = []
        while let (time, event) = queue.removeFirst(until: end) {
            event.action()
            times.append(time)
        }
        return times
    }

    @Test("a thousand drawn times come sorted, ties in order", arguments: UInt64(1)...5)
    func order(seed: UInt64) {
        var chance = Chance(seed: seed, .checks)
        var queue = EventQueue()
        var expected: [(time: Int64, number: Int)] = []
        var found: [Int] = []
        for number in 0..<1_000 {
            let time = Int64(chance.draw(0...200))
            expected.append((time, number))
            queue.add(at: time, EventQueue.Event(node: nil, life: 0) { found.append(number) })
        }
        let times = happened(&queue, until: .max)
        #expect(times == times.sorted())
        #expect(found == expected.sorted { ($0.time, $0.number) < ($1.time, $1.number) }.map(\.number))
        #expect(queue.scheduled == 1_000)
    }

    @Test("what is later than asked for stays")
    func later() {
        var queue = EventQueue()
        for time in [Int64(30), 10, 20] { queue.add(at: time, EventQueue.Event(node: nil, life: 0) {}) }
        #expect(happened(&queue, until: 20) == [10, 20])
        #expect(happened(&queue, until: 29) == [])
        #expect(happened(&queue, until: 30) == [30])
    }
}
