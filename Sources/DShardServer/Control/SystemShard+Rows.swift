import Control
import Keyspace
import NIOCore
import Raft
import Wire

extension SystemShard {
    /// Writes rows as one batch, each on condition that it still is as it was found. Tells the version that each got,
    /// nil for one whose condition was false; nil for all after an error, when they may be written all the same.
    func set(_ rows: [RowWrite], then done: @escaping @Sendable ([Timestamp?]?) -> Void) {
        guard let route else { return done(nil) }
        var list = OperationList()
        do throws(OperationProblem) {
            for row in rows {
                let bytes = Array(row.value.readableBytesView)
                if let version = row.expects {
                    try list.compareAndSet(row.key, bytes, expectVersion: version)
                } else {
                    try list.putIfAbsent(row.key, bytes)
                }
            }
        } catch {
            return done(nil)
        }
        let write = WriteRequest(route: route, operationCount: UInt32(clamping: list.count), operations: list.bytes)
        lane.submitInternal(.write(write)) { body in
            guard case .written(let result) = body else { return done(nil) }
            done(
                result.outcomes.map { outcome in
                    if case .swapped(let version) = outcome { version } else { nil }
                })
        }
    }
}
