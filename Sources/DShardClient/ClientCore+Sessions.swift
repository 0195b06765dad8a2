import NIOCore
import Routing
import Wire

extension ClientCore {
    /// Gives a write what it needs before it is first sent: its place in a session, the time, and the encoded form of
    /// what depends on the time. Kept across attempts (rule 22). False when too many writes are unfinished.
    func prepareWrite(_ slot: Slot) -> Bool {
        guard slot.operation.isWrite, slot.issuedAt == 0 else { return true }
        let milliseconds = time.milliseconds(at: instant())
        if configuration.usesSession {
            guard let sequence = beginSequence() else { return false }
            slot.session = session.id
            slot.sequence = sequence
        }
        slot.issuedAt = max(1, milliseconds)
        guard case .expiringPut(let value, let condition, let lifetime) = slot.operation,
            let key = slot.key
        else { return true }
        let (expiry, overflow) = milliseconds.addingReportingOverflow(lifetime)
        let list = try? OperationList.put(key, value, condition, expiryMilliseconds: overflow ? .max : expiry)
        guard let list else { return false }
        slot.operation = .write(list.bytes, count: list.count)
        return true
    }

    /// The sequence of a new write. A session whose window is full, because one of its writes waits while many others
    /// are done, is left to end by itself, and a new one begins: one stuck shard must not stop the writes to others.
    private func beginSequence() -> UInt64? {
        if let sequence = session.begin() { return sequence }
        guard oldSessions.count < 16 else { return nil }
        renewSession()
        return session.begin()
    }

    /// Never from the configured seed: two sessions of one id would take each other's answers for their own.
    static func newSessionID() -> UInt64 { UInt64.random(in: 1...UInt64.max) }

    /// Begins a new session for the writes to come.
    func renewSession() {
        if session.window > 0 { oldSessions.append(session) }
        session = SessionState(id: Self.newSessionID())
    }

    /// The caller has the answer of this write, or has been told that it is unknown.
    func finishSequence(_ id: UInt64, _ sequence: UInt64) {
        if session.id == id {
            session.finish(sequence)
        } else if let place = oldSessions.firstIndex(where: { $0.id == id }) {
            oldSessions[place].finish(sequence)
            if oldSessions[place].window == 0 { oldSessions.remove(at: place) }
        }
    }

    /// Below which sequence of session `id` all writes are done; zero without a session.
    func doneBelow(_ id: UInt64) -> UInt64 {
        guard id != 0 else { return 0 }
        if session.id == id { return session.doneBelow }
        return oldSessions.first { $0.id == id }?.doneBelow ?? 0
    }
}
