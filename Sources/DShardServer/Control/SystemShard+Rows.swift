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
        guard let write = try? WriteRequest(rows, route: route) else { return done(nil) }
        lane.submitInternal(.write(write)) { body in
            guard case .written(let result) = body else { return done(nil) }
            done(result.rowVersions)
        }
    }
}
