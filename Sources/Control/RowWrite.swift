package import Keyspace
package import NIOCore
internal import Raft
package import Wire

/// One row to be written, on condition that it still is as it was found.
package struct RowWrite: Sendable {
    package var key: Key
    /// What is to be there; nil: nothing.
    package var value: ByteBuffer?
    /// What it must be of; nil: there must be none.
    package var expects: Timestamp?

    package init(key: Key, value: ByteBuffer?, expects: Timestamp?) {
        self.key = key
        self.value = value
        self.expects = expects
    }
}

extension WriteRequest {
    /// One batch of rows for the system shard, each on its condition.
    package init(_ rows: [RowWrite], route: RouteStamp) throws(OperationProblem) {
        var list = OperationList()
        for row in rows {
            let bytes = row.value.map { Array($0.readableBytesView) } ?? []
            if let version = row.expects {
                // Deletions have no condition; what has expired in the first millisecond of all is not there.
                let expiry: UInt64? = row.value == nil ? 1 : nil
                try list.compareAndSet(row.key, bytes, expectVersion: version, expiryMilliseconds: expiry)
            } else {
                try list.putIfAbsent(row.key, bytes)
            }
        }
        self.init(route: route, operationCount: UInt32(clamping: list.count), operations: list.bytes)
    }
}

extension WriteResult {
    /// The version that each row of a batch got, nil for one whose condition was false.
    package var rowVersions: [Timestamp?] {
        outcomes.map { outcome in
            if case .swapped(let version) = outcome { version } else { nil }
        }
    }
}
