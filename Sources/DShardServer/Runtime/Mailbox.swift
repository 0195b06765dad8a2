import NIOConcurrencyHelpers

/// Hands batches to one worker thread: senders append, the worker takes everything at once (crossing to another
/// thread costs the same for one item as for a thousand). Bounded by its senders: the host limits what is in flight.
final class Mailbox<Item: Sendable>: Sendable {
    private let condition = ConditionLock(value: State.empty)
    private let content = NIOLockedValueBox(Content())

    private enum State: Int {
        case empty
        case filled
    }

    private struct Content {
        var items: [Item] = []
        var isClosed = false
    }

    func send(_ item: Item) {
        condition.lock()
        content.withLockedValue { $0.items.append(item) }
        condition.unlock(withValue: .filled)
    }

    func send(contentsOf items: [Item]) {
        guard !items.isEmpty else { return }
        condition.lock()
        content.withLockedValue { $0.items.append(contentsOf: items) }
        condition.unlock(withValue: .filled)
    }

    /// After this the worker gets what is left and then nil.
    func close() {
        condition.lock()
        content.withLockedValue { $0.isClosed = true }
        condition.unlock(withValue: .filled)
    }

    /// Waits for at least one item and takes all; nil when closed and empty. For the worker thread only.
    func takeAll() -> [Item]? {
        condition.lock(whenValue: .filled)
        let (items, isClosed) = content.withLockedValue { content in
            defer { content.items = [] }
            return (content.items, content.isClosed)
        }
        condition.unlock(withValue: isClosed ? .filled : .empty)
        return items.isEmpty && isClosed ? nil : items
    }
}
