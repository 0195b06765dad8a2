package import Keyspace
package import Raft
package import Wire

/// One shard's copy on this node, as the host sees it: the consensus group and the requests that wait on it.
package struct Replica: Sendable {
    package var descriptor: Descriptor
    package var group: Group<EncodedEntry>

    /// Commands waiting for the next cut, as they will stand in the entry.
    var pending = CommandBatchBuilder()
    /// Who waits for each pending command, in order.
    var pendingReferences: [RequestReference] = []
    /// Proposed entries whose outcome is owed, in index order; `proposedHead` is the first live one.
    var proposed: [ProposedEntry] = []
    var proposedHead = 0
    /// Commands in `proposed`.
    var unanswered = 0

    /// Reads that arrived since the last turn.
    var arrivedReads: [PendingRead] = []
    /// Reads whose index is not confirmed yet, by the id of their round.
    var unconfirmedReads: [(id: ReadID, reads: [PendingRead])] = []
    /// Reads whose index is confirmed but not applied.
    var unappliedReads: [(index: LogIndex, reads: [PendingRead])] = []

    /// The greatest version in the log, applied or not (rule 20). Never goes back, not even by a truncation.
    package internal(set) var lastVersionInLog: Timestamp
    /// The greatest version in the applied state.
    package var lastVersionApplied: Timestamp
    /// Where the log on disk begins, as far as a truncation was asked for.
    var truncationAsked: LogIndex
    /// Whether this slot is already in the turn's list.
    var isTouched = false
    /// Whether it led when last looked at.
    package var wasLeader = false
    /// The change of members that waits to be applied, if it was asked for here.
    var pendingChange: PendingChange?
    /// Whether it knew no leader when last asked, a second ago.
    var wasLeaderless = false
    /// Former members that have to be told that they are out, until their nodes say that they are gone.
    var farewells: [Member] = []
    /// The epoch that the shard's row in the system shard is known to have.
    var reportedEpoch: Epoch?
    var load = ReplicaLoad()
    /// Snapshots installed, and begun to be; part of the generation (rule 25).
    package var installs: UInt64 = 0
    /// The last entry of a check that was applied; behind it the shard has not changed.
    var checkedIndex = LogIndex.zero
    /// The last attempt of this leader to hand its leadership over for placement.
    var lastTransfer: LastTransfer?
    /// When the next check is due, if the shard has changed; nil: not thought of yet.
    var checkDue: Instant?
    /// When the last check with a scan was proposed here.
    var scannedAt = Instant.distantPast
    /// About how much it stores, if it was measured.
    var sizeBytes: UInt64 = 0
    /// What its log says of merges, as of the applied state.
    package internal(set) var merge = MergeState()
    /// How much its session table holds, once this process has applied anything of it: every leader has, its first
    /// entry.
    var sessions = MergeNotice.Load()
    /// Takes neither reads nor writes: it waits for the end of a merge (rule 33).
    package internal(set) var isFrozen = false
    /// Out of service: only its descriptor is of interest.
    package private(set) var isRetired = false

    init(descriptor: Descriptor, group: Group<EncodedEntry>, lastVersion: Timestamp, truncated: LogIndex) {
        self.descriptor = descriptor
        self.group = group
        lastVersionInLog = lastVersion
        lastVersionApplied = lastVersion
        truncationAsked = truncated
    }

    /// What is left of a replica that was taken out of service.
    init(retired: Replica) {
        self.init(
            descriptor: retired.descriptor, group: retired.group, lastVersion: retired.lastVersionApplied,
            truncated: retired.truncationAsked)
        isRetired = true
    }

    /// What a read remembers on arrival, to see afterwards that the replica is still the same (rule 25).
    package var generation: ReadGeneration {
        ReadGeneration(
            shard: descriptor.shard, replica: group.member.replica, version: descriptor.epoch.version,
            installs: installs)
    }

    /// The stamp of the next entry: above everything in the log, and not behind the cluster clock (rules 19, 20).
    mutating func nextStamp(operations: Int, clusterMilliseconds: UInt64) -> Timestamp {
        let last = isPlanted(.stampGoesBack) ? .zero : lastVersionInLog
        let stamp = Timestamp.next(after: last, clock: clusterMilliseconds)
        lastVersionInLog = stamp.advanced(by: UInt64(max(operations, 1) - 1))
        return stamp
    }

    /// Takes note of an entry from another leader, so that a later own stamp lies above it.
    mutating func observe(_ entry: Entry<EncodedEntry>) {
        guard case .payload(let encoded) = entry.content, let last = encoded.versionBound else { return }
        load.addEntry(bytes: encoded.byteCount)
        if last > lastVersionInLog { lastVersionInLog = last }
    }

    /// Forgets answered entries at the front once they are the greater part.
    mutating func compactProposed() {
        if proposedHead == proposed.count {
            proposed.removeAll(keepingCapacity: proposed.count <= 64)
            proposedHead = 0
        } else if proposedHead > 64, proposedHead * 2 > proposed.count {
            proposed.removeFirst(proposedHead)
            proposedHead = 0
        }
    }
}

/// An entry this replica proposed, and who waits for each of its commands.
struct ProposedEntry: Sendable {
    var index: LogIndex
    var term: Term
    var references: [RequestReference]
    /// Operations of all its commands.
    var operations: Int
    /// `Epoch.version` of the shard then.
    var version: UInt64
}
