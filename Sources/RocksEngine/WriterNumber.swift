import Synchronization

/// One writer's last running number (rule 14). The lock spans the write, so numbers reach the log in order even if
/// two threads take the same writer by mistake: a hole would make the node suspect at its next start.
final class WriterNumber: Sendable {
    let last: Mutex<UInt64>

    init(last: UInt64) { self.last = Mutex(last) }
}
