import Host
import Keyspace
import NIOCore
import Raft
import Wire

/// The rows of the system shard, read and written through the lane that leads it, like a client's but with the rights
/// of the node itself. On the lane's loop, completions too.
struct SystemShard: Sendable {
    unowned let lane: Lane

    /// One row as it was found.
    struct Row: Sendable {
        var key: Key
        var value: ByteBuffer
        var version: Timestamp
    }

    /// The replica of the system shard on this node.
    var replica: Replica? {
        guard let replica = lane.host.replica(of: Bootstrap.systemShard), !replica.isRetired else { return nil }
        return replica
    }

    /// Where the system shard's leader expects requests.
    var route: RouteStamp? {
        replica.map { RouteStamp(shard: $0.descriptor.shard, version: $0.descriptor.epoch.version) }
    }

    private static let absent = RequestError.notLeader(hint: nil)

    /// All rows of `range`, in key order; linearizable.
    func rows(in range: KeyRange, then done: @escaping @Sendable (Result<[Row], RequestError>) -> Void) {
        page(of: range, after: [], done)
    }

    private func page(
        of range: KeyRange, after found: [Row], _ done: @escaping @Sendable (Result<[Row], RequestError>) -> Void
    ) {
        guard let route else { return done(.failure(Self.absent)) }
        let scan = ScanRequest(route: route, consistency: .linearizable, start: range.start, end: range.end)
        lane.submitInternal(.scan(scan)) { body in
            switch body {
            case .page(let page):
                let rows = found + Self.rows(of: page)
                guard let resume = page.resume, resume < range.end else { return done(.success(rows)) }
                self.page(of: KeyRange(start: resume, end: range.end), after: rows, done)
            case .failure(let error): done(.failure(error))
            default: done(.failure(.unavailable("the system shard gave a strange answer")))
            }
        }
    }

    private static func rows(of page: ScanPage) -> [Row] {
        var rows: [Row] = []
        var cursor = page.cursor()
        while let row = cursor.next() {
            var value = ByteBuffer()
            value.writeBytes(page.rows.readableBytesSpan.extracting(row.value))
            rows.append(
                Row(
                    key: Key(copying: page.rows.readableBytesSpan.extracting(row.key)), value: value,
                    version: row.version))
        }
        return rows
    }

    /// The shards that share keys with `range`, as their rows say, in key order; nil when the rows cannot be read.
    func shards(overlapping range: KeyRange, then done: @escaping @Sendable ([Descriptor]?) -> Void) {
        shard(before: range.start) { first in
            guard let first else { return done(nil) }
            let from = SystemRow.key(ofShardAt: range.start)
            let rest = KeyRange(start: from, end: SystemRow.key(ofShardAt: range.end))
            self.rows(in: rest) { result in
                guard case .success(let rows) = result else { return done(nil) }
                var found = first.filter { $0.range.overlaps(range) }
                for row in rows {
                    guard let descriptor = try? SystemRow.decodeDescriptor(row.value) else { return done(nil) }
                    found.append(descriptor)
                }
                done(found)
            }
        }
    }

    /// The last shard that begins before `key`; none for the first key.
    private func shard(before key: Key, _ done: @escaping @Sendable ([Descriptor]?) -> Void) {
        guard let route else { return done(nil) }
        let range = KeyRange(start: SystemRow.shards.start, end: SystemRow.key(ofShardAt: key))
        guard !range.isEmpty else { return done([]) }
        let scan = ScanRequest(
            route: route, consistency: .linearizable, start: range.start, end: range.end, isReverse: true, rowLimit: 1)
        lane.submitInternal(.scan(scan)) { body in
            guard case .page(let page) = body else { return done(nil) }
            var found: [Descriptor] = []
            for row in Self.rows(of: page) {
                guard let descriptor = try? SystemRow.decodeDescriptor(row.value) else { return done(nil) }
                found.append(descriptor)
            }
            done(found)
        }
    }

    /// Writes the change as one batch. The caller sees to it that nobody else writes these rows. After an error they
    /// may be written all the same.
    func write(_ change: RowChange, then done: @escaping @Sendable (Result<Void, RequestError>) -> Void) {
        guard let route else { return done(.failure(Self.absent)) }
        var list = OperationList()
        do throws(OperationProblem) {
            for start in change.removals { try list.delete(SystemRow.key(ofShardAt: start)) }
            for descriptor in change.puts {
                let value = Array(SystemRow.encode(descriptor).readableBytesView)
                try list.put(SystemRow.key(ofShardAt: descriptor.range.start), value)
            }
        } catch {
            return done(.failure(.invalidRequest(error.description)))
        }
        let write = WriteRequest(route: route, operationCount: UInt32(clamping: list.count), operations: list.bytes)
        lane.submitInternal(.write(write)) { body in
            switch body {
            case .written: done(.success(()))
            case .failure(let error): done(.failure(error))
            default: done(.failure(.unavailable("the system shard gave a strange answer")))
            }
        }
    }

    /// Writes one row on condition that it still is as it was found: `version`, or absent for nil. False: it is not.
    /// After an error the row may be written all the same.
    func set(
        _ key: Key, _ value: ByteBuffer, ifVersion version: Timestamp?,
        then done: @escaping @Sendable (Result<Bool, RequestError>) -> Void
    ) {
        guard let route else { return done(.failure(Self.absent)) }
        var list = OperationList()
        do throws(OperationProblem) {
            let bytes = Array(value.readableBytesView)
            if let version {
                try list.compareAndSet(key, bytes, expectVersion: version)
            } else {
                try list.putIfAbsent(key, bytes)
            }
        } catch {
            return done(.failure(.invalidRequest(error.description)))
        }
        let write = WriteRequest(route: route, operationCount: UInt32(clamping: list.count), operations: list.bytes)
        lane.submitInternal(.write(write)) { body in
            switch body {
            case .written(.one(.swapped)): done(.success(true))
            case .written(.one(.conditionFalse)): done(.success(false))
            case .failure(let error): done(.failure(error))
            default: done(.failure(.unavailable("the system shard gave a strange answer")))
            }
        }
    }
}
