/// What of a replica's log and hard state the disk is known to hold.
///
/// Requests become durable in the order of their sequence numbers. A completion therefore speaks for the log as
/// it was when its request was made; indexes that a later request overwrites count for nothing, whatever their
/// term is by now, which is what makes late completions harmless (rule 8).
struct Durability: Sendable {
    /// The log is durable up to here.
    private(set) var persistedIndex: LogIndex
    /// The first index changed since the last request.
    private(set) var pendingFirst: LogIndex?
    /// Term or vote changed since the last request.
    private(set) var isHardStatePending = false
    /// A snapshot was installed since the last request, and the log begins after it.
    private(set) var pendingBase: LogBase?
    private var outstanding: [Request] = []
    private var issued: UInt64 = 0
    /// The last request that carried the hard state.
    private var hardStateSequence: UInt64 = 0
    private var durable: UInt64 = 0

    private struct Request: Sendable {
        var token: PersistToken
        /// The first index it writes, nil if it carries only the hard state.
        var first: LogIndex?
    }

    init(persistedIndex: LogIndex) {
        self.persistedIndex = persistedIndex
    }

    /// Something has to be written that no request asked for yet.
    var hasPending: Bool { pendingFirst != nil || isHardStatePending || pendingBase != nil }

    /// Term and vote, as they are now, survive a crash.
    var isHardStateDurable: Bool { !isHardStatePending && hardStateSequence <= durable }

    /// The log was changed from `index` on.
    mutating func noteLogChange(from index: LogIndex) {
        persistedIndex = min(persistedIndex, index.previous)
        pendingFirst = min(pendingFirst ?? index, index)
    }

    /// The state holds everything through `base` durably. Completions of earlier requests still count for the entries
    /// after it that stay, and for nothing if the log was dropped: what they wrote is to be dropped too.
    mutating func noteSnapshot(_ base: LogBase) {
        let index = base.position.index
        if base.dropsLog {
            persistedIndex = index
            pendingFirst = index.next
        } else {
            persistedIndex = max(persistedIndex, index)
            pendingFirst = pendingFirst.map { max($0, index.next) }
        }
        let dropsLog = base.dropsLog || pendingBase?.dropsLog ?? false
        pendingBase = LogBase(position: base.position, dropsLog: dropsLog)
    }

    /// Term or vote changed.
    mutating func noteHardStateChange() {
        isHardStatePending = true
    }

    /// Turns everything pending into one request.
    mutating func issue(term: Term, last: LogPosition) -> PersistToken {
        issued += 1
        let token = PersistToken(term: term, lastIndex: last.index, lastTerm: last.term, sequence: issued)
        outstanding.append(Request(token: token, first: pendingFirst))
        if isHardStatePending { hardStateSequence = issued }
        pendingFirst = nil
        isHardStatePending = false
        pendingBase = nil
        return token
    }

    /// The request `token` names, and all before it, are durable. A token that names no open request is ignored.
    mutating func complete(_ token: PersistToken) -> Bool {
        guard let position = outstanding.firstIndex(where: { $0.token == token }) else { return false }
        outstanding.removeFirst(position + 1)
        durable = token.sequence
        var reached = token.lastIndex
        for request in outstanding where !isPlanted(.overwrittenAppendCounts) {
            if let first = request.first { reached = min(reached, first.previous) }
        }
        if let pendingFirst { reached = min(reached, pendingFirst.previous) }
        persistedIndex = max(persistedIndex, reached)
        return true
    }
}
