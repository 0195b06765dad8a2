/// Where a log begins after a snapshot was installed.
package struct LogBase: Hashable, Sendable {
    /// The snapshot's position; the log's truncation point from now on.
    package var position: LogPosition
    /// The log did not contain `position`: all of its entries are dropped, not only those up to there.
    package var dropsLog: Bool

    package init(position: LogPosition, dropsLog: Bool) {
        self.position = position
        self.dropsLog = dropsLog
    }
}
