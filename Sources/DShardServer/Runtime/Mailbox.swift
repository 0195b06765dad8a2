import Dispatch
import Synchronization

/// Hands batches to one worker thread: senders append, the worker takes everything at once (crossing to another
/// thread costs the same for one item as for a thousand). Bounded by its senders: the host limits what is in flight.
///
/// Invariant: `arrivals` is raised once for each time that the content ceases to be empty, and the worker lowers it
/// once for each time it empties it, so it never sleeps beside items and is never woken for none.
final class Mailbox<Item: Sendable>: Sendable {
    private let content = Mutex(Content())
    private let arrivals = DispatchSemaphore(value: 0)

    private struct Content {
        var items: [Item] = []
        var isClosed = false
    }

    func send(_ item: Item) { send(contentsOf: CollectionOfOne(item)) }

    func send(contentsOf items: some Collection<Item>) {
        guard !items.isEmpty else { return }
        let isFirst = content.withLock { content in
            defer { content.items.append(contentsOf: items) }
            return content.items.isEmpty
        }
        if isFirst { arrivals.signal() }
    }

    /// After this the worker gets what is left and then nil.
    func close() {
        content.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    /// Waits for at least one item and takes all; nil when closed and empty. For the worker thread only.
    func takeAll() -> [Item]? {
        while true {
            arrivals.wait()
            let (items, isClosed) = content.withLock { content in
                defer { content.items = [] }
                return (content.items, content.isClosed)
            }
            // Once closed it never waits again.
            if isClosed { arrivals.signal() }
            if !items.isEmpty { return items }
            if isClosed { return nil }
        }
    }
}
