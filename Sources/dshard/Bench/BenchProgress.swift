import NIOCore

/// Says once a second how it goes.
enum BenchProgress {
    /// Begins; the result ends it.
    static func start(_ state: NIOLoopBound<BenchState>, _ loop: any EventLoop) -> RepeatedTask {
        let counter = NIOLoopBound(Counter(), eventLoop: loop)
        return loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
            let (counter, tally) = (counter.value, state.value.tally)
            counter.seconds += 1
            let done = tally.successes - counter.successes
            counter.successes = tally.successes
            OpenFile.standardError.say(
                "\(counter.seconds) s: \(done) operations, \(tally.errors) errors, \(tally.unknown) unknown so far\n")
        }
    }

    private final class Counter {
        var seconds = 0
        var successes: UInt64 = 0
    }
}
