import Linearizability
import TestKit

/// Ways to break a legal history, each of which makes it illegal for certain.
enum Damage: CaseIterable {
    /// A get sees a value that was overwritten before the get began.
    case staleRead
    /// A get sees nothing although a write had ended and no delete was near.
    case lostWrite
    /// Two swaps of the same value succeed.
    case doubleSwap
    /// A get sees a value that nobody wrote.
    case phantom
    /// A value that was gone comes back.
    case resurrection

    /// The broken history; nil when this history has no place for the damage.
    func apply(to history: [TextOperation], seed: UInt64) -> [TextOperation]? {
        var random = SeededGenerator(seed: seed)
        let places = history.indices.filter { history[$0].kind == .get && history[$0].outcome == .ok }.shuffled(
            using: &random)
        switch self {
        case .doubleSwap:
            guard
                let swap = history.filter({ $0.kind == .compareAndSet && $0.outcome == .ok && $0.expect != nil })
                    .randomElement(
                        using: &random)
            else { return nil }
            var second = swap
            second.client = -1
            second.value = "second"
            return history + [second]
        case .phantom:
            guard let place = places.first else { return nil }
            return replacing(history, at: place, found: "phantom")
        case .staleRead, .lostWrite, .resurrection:
            for place in places {
                if let broken = breakRead(history, at: place) { return broken }
            }
            return nil
        }
    }

    private func breakRead(_ history: [TextOperation], at place: Int) -> [TextOperation]? {
        let get = history[place]
        let earlier = history.filter { $0.key == get.key && $0.kind == .put && $0.outcome == .ok && $0.end < get.start }
        switch self {
        case .lostWrite:
            guard let write = earlier.max(by: { $0.start < $1.start }) else { return nil }
            let mayBeGone = history.contains {
                $0.key == get.key && $0.kind == .delete && ($0.outcome == .unknown || $0.end >= write.start)
                    && $0.start <= get.end
            }
            return mayBeGone ? nil : replacing(history, at: place, found: nil)
        case .staleRead:
            guard let new = earlier.randomElementSeeded, let old = earlier.first(where: { $0.end < new.start }) else {
                return nil
            }
            return replacing(history, at: place, found: old.value)
        case .resurrection:
            // Somebody saw the value after another one had been written, long before this read.
            guard let old = earlier.first, let new = earlier.first(where: { $0.start > old.end }) else { return nil }
            let second = TextOperation(
                client: -1, kind: .get, key: get.key, found: old.value, start: max(new.end, get.end) + 1,
                end: max(new.end, get.end) + 2)
            return history + [second]
        case .doubleSwap, .phantom:
            return nil
        }
    }

    private func replacing(_ history: [TextOperation], at place: Int, found: String?) -> [TextOperation] {
        var broken = history
        broken[place].found = found
        return broken
    }
}

extension Array {
    /// The middle one: as good as any, and the same every time.
    fileprivate var randomElementSeeded: Element? { isEmpty ? nil : self[count / 2] }
}
