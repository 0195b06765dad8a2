import Keyspace
import NIOCore
import Raft
import Wire

/// What a shard does with requests, in a few lines: a map, versions that count up, epochs that are checked.
// Safe because it belongs to one fake node, and so to one loop.
final class FakeStore: @unchecked Sendable {
    var rows: [Key: (value: [UInt8], version: UInt64)] = [:]
    var nextVersion: UInt64 = 1
    /// Rows of one page.
    var pageRows = 2

    func handle(_ request: ClientRequest, _ table: RouteTable) -> ClientResponse.Body {
        switch request.body {
        case .write(let write):
            guard isCurrent(write.route, table) else { return .failure(.epochMismatch(table.descriptors)) }
            return .written(apply(write))
        case .get(let get):
            guard isCurrent(get.route, table) else { return .failure(.epochMismatch(table.descriptors)) }
            var list = ValueList()
            for key in get.keys.keys {
                if let row = rows[key] {
                    list.append(version: Timestamp(row.version), value: row.value)
                } else {
                    list.appendAbsent()
                }
            }
            return .values(list)
        case .scan(let scan):
            guard isCurrent(scan.route, table) else { return .failure(.epochMismatch(table.descriptors)) }
            return .page(self.page(scan))
        case .routes, .status, .replicas, .split, .merge, .placement, .check:
            return .failure(.unavailable("not here"))
        }
    }

    private func isCurrent(_ route: RouteStamp, _ table: RouteTable) -> Bool {
        table.descriptors.contains { $0.shard == route.shard && $0.epoch.version == route.version }
    }

    private func apply(_ write: WriteRequest) -> WriteResult {
        var outcomes: [OperationOutcome] = []
        var cursor = OperationCursor(write)
        while let view = try? cursor.next() {
            let bytes = Array(write.operations.readableBytesView)
            let key = Key(Array(bytes[view.key]))
            let value = Array(bytes[view.value])
            let current = rows[key]
            switch view.kind {
            case .put:
                outcomes.append(.put(version: set(key, value)))
            case .delete:
                rows[key] = nil
                outcomes.append(.deleted(existed: current != nil, version: Timestamp(nextVersion)))
            case .compareAndSetValue:
                outcomes.append(swap(current?.value == Array(bytes[view.expect]), key, value, current?.version))
            case .compareAndSetVersion:
                outcomes.append(swap(current?.version == view.expectVersion.rawValue, key, value, current?.version))
            case .compareAndSetAbsent:
                outcomes.append(swap(current == nil, key, value, current?.version))
            }
        }
        return WriteResult(outcomes: outcomes)
    }

    private func swap(_ holds: Bool, _ key: Key, _ value: [UInt8], _ current: UInt64?) -> OperationOutcome {
        holds ? .swapped(version: set(key, value)) : .conditionFalse(current: current.map { Timestamp($0) })
    }

    private func set(_ key: Key, _ value: [UInt8]) -> Timestamp {
        rows[key] = (value, nextVersion)
        defer { nextVersion += 1 }
        return Timestamp(nextVersion)
    }

    private func page(_ scan: ScanRequest) -> ScanPage {
        var found = rows.keys.filter { scan.start <= $0 && $0 < scan.end }.sorted()
        if scan.isReverse { found.reverse() }
        let taken = found.prefix(min(pageRows, Int(scan.rowLimit)))
        var page = ScanPage()
        for key in taken {
            guard let row = rows[key] else { continue }
            let value = scan.keysOnly ? [] : row.value
            unsafe page.append(key: key.bytes.span.bytes, value: value.span.bytes, version: Timestamp(row.version))
        }
        if let last = taken.last, taken.count < found.count {
            page.resume = scan.isReverse ? last : last.successor
        }
        return page
    }
}
