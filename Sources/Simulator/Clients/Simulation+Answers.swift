import Keyspace
import NIOCore
import Raft
import Storage
import Wire

/// What clients make of answers; the history hears of all of it.
extension Simulation {
    func values(_ list: ValueList, _ operation: ClientOperation, _ client: SimulatedClient) {
        guard case .get(let keys) = operation, Int(list.count) == keys.count else {
            return fail("the answer to \(operation) has \(list.count) values")
        }
        var cursor = list.cursor()
        var found: [HistoryChecker.Found] = []
        for key in keys {
            guard let item = cursor.next() else { return fail("the answer to a get ends early") }
            switch item {
            case .absent: found.append(HistoryChecker.Found(key: key, version: nil, value: nil))
            case .found(let view):
                let value = [UInt8](copying: list.bytes.readableBytesSpan.extracting(view.value))
                found.append(HistoryChecker.Found(key: key, version: view.version, value: value))
            }
        }
        history.read(found, client, at: now)
        reportHistory()
        guard let first = found.first, Workload.number(of: first.key) == Workload.counter, isBusy || isCounting else {
            return complete(client, .succeeded)
        }
        increment(first, client)
    }

    /// The second half of an increment follows the first at once.
    private func increment(_ found: HistoryChecker.Found, _ client: SimulatedClient) {
        guard !isCounting else { return complete(client, .succeeded) }
        let next = Counter.bytes(Counter.number(found.value ?? []) + 1)
        client.operation = nil
        operationsEnded += 1
        if let version = found.version {
            begin(.swap(found.key, next, expect: version), client)
        } else {
            begin(.putIfAbsent(found.key, next), client)
        }
    }

    func paged(_ page: ScanPage, _ operation: ClientOperation, _ client: SimulatedClient) {
        guard case .scan(let wanted) = operation else { return fail("a page answers \(operation)") }
        let range = client.scanned
        var rows: [HistoryChecker.Found] = []
        var cursor = page.cursor()
        while let row = cursor.next() {
            let bytes = page.rows.readableBytesSpan
            rows.append(
                HistoryChecker.Found(
                    key: Key(copying: bytes.extracting(row.key)), version: row.version,
                    value: [UInt8](copying: bytes.extracting(row.value))))
        }
        let isWhole = page.resume == nil
        if !isWhole { probes.hit(.pageCut) }
        var found = rows
        if isWhole, let shard = wanted.start.userBytes?.first {
            // What a whole page does not show is absent.
            for number in Workload.all {
                let key = Workload.key(Int(shard), number)
                guard range.contains(key), !rows.contains(where: { $0.key == key }) else { continue }
                found.append(HistoryChecker.Found(key: key, version: nil, value: nil))
            }
        }
        history.read(found, client, at: now)
        reportHistory()
        complete(client, .succeeded)
    }

    func written(_ result: WriteResult, _ operation: ClientOperation, _ client: SimulatedClient) {
        if client.attempts > 1, client.mayBeApplied { probes.hit(.duplicateCommand) }
        let outcomes = result.outcomes
        switch (operation, outcomes.first) {
        case (.put, .put), (.delete, .deleted), (.putIfAbsent, .swapped), (.swap, .swapped), (.pair, .put):
            break
        case (.putIfAbsent, .conditionFalse), (.swap, .conditionFalse):
            probes.hit(.conditionFalse)
        default: return fail("an outcome of another operation: \(result) for \(operation)")
        }
        history.wrote(operation, outcomes, client, at: now)
        reportHistory()
        complete(client, .succeeded)
    }

    func reportHistory() {
        if let text = history.failure { fail(text) }
    }
}

/// Counters as decimal text.
enum Counter {
    static func bytes(_ number: UInt64) -> [UInt8] { Array(String(number).utf8) }

    static func number(_ bytes: [UInt8]) -> UInt64 { UInt64(String(decoding: bytes, as: UTF8.self)) ?? 0 }
}
