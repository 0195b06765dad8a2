package import Storage

/// A store under test.
package protocol ConformanceSubject: AnyObject {
    var log: any LogStore { get }
    var state: any StateStore { get }

    /// Stops the store in good order and starts it again with what it kept. `log` and `state` may be new objects;
    /// batches, snapshots and tables of the old ones must be gone.
    func restart() throws
}
