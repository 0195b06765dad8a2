/// Rare paths that must have been taken now and then, or a green run says little ("sometimes" assertions).
package enum Probe: String, CaseIterable, Sendable {
    case leaderCrashed = "leader crashed"
    case allCrashed = "all nodes lost power at once"
    case crashDuringStart = "crash within 50 ms of a start"
    case unsyncedLost = "power loss took unsynced writes"
    case unsyncedPartlyLost = "power loss left a part of the unsynced writes"
    case syncFailed = "a sync failed"
    case suspectAtStart = "a start found that something synced was gone"
    case logOverwritten = "a follower overwrote the end of its log"
    case logTruncated = "a log was truncated"
    case snapshotInstalled = "a follower installed a snapshot"
    case snapshotResumed = "a snapshot went on after a lost connection"
    case logResetAtStart = "a start found a snapshot without its log"
    case entriesLoaded = "entries for a follower were read back from disk"
    case leaseRead = "reads were served under a lease"
    case roundRead = "reads needed a round"
    case leaseDropped = "leases were dropped"
    case leadershipLost = "a leader lost its leadership while up"
    case leadershipMoved = "a leadership was handed over"
    case secondTerm = "a shard went through more than five terms"
    case ambiguousWrite = "a write was answered as ambiguous"
    case duplicateCommand = "a command was sent again after an earlier attempt was applied"
    case unknownOutcome = "a client gave up on a write"
    case busyAnswer = "a node answered busy"
    case diskFullAnswer = "a node refused a write for its full disk"
    case corruptFrameRejected = "a frame failed its checksum"
    case tornFrame = "a frame arrived in pieces"
    case lateParcels = "parcels arrived after a blocked way opened"
    case conditionFalse = "a compare-and-set found its condition false"
    case pageCut = "a scan page was cut"
    case quorumOnly = "only a quorum was healed"
    case pauseBeyondElection = "a node was stopped for longer than an election timeout"
    case split = "a shard was split"
    case splitRefused = "a split in the log was refused by its epoch"
    case struckAtSplit = "a node was struck around a split"
    case struckAtBirth = "a process ended right before it wrote the two parts of a split"
    case operationCutBySplit = "an operation's keys came to lie in two shards"
    case mergeBegun = "a merge was begun"
    case absorbed = "a shard was absorbed"
    case fullAtBarrier = "a replica that waits to absorb refused entries"
    case absorbedFromElsewhere = "a shard was absorbed that another node led"
    case mergeAborted = "a merge was given up"
    case unfrozen = "a shard was unfrozen"
    case freezeRefused = "a late freeze was refused by its epoch"
    case struckAtMerge = "a node was struck around a merge"
    case frozenAtStart = "a start found a frozen shard"
    case absorbedInSnapshot = "a snapshot made a replica of an absorbed shard go"
    case absorbWaited = "a replica could not absorb for lack of the other one"
    case probeRead = "a client asked around while leaders changed"
    case clockDrifted = "a clock ran at its bound"
    case membersChanged = "a configuration was committed"
    case changeAccepted = "a change of members was asked for and done"
    case changeRefused = "a change of members was refused"
    case jointEntered = "a joint configuration was entered"
    case jointLeft = "a joint configuration was left"
    case jointLeftByAnother = "a joint configuration was left by another leader"
    case learnerPromoted = "a learner was promoted"
    case voterDemoted = "a voter was demoted"
    case leaderRemoved = "a leader removed itself"
    case replicaBegan = "a replica began with a snapshot"
    case replicaDestroyed = "a replica was destroyed"
    case replicaRecreated = "a node that had destroyed a replica of a shard got another"
    case removedAtStart = "a start found a replica that was to be destroyed"
    case jointSnapshot = "a snapshot carried a joint configuration"
    case replicaSuspected = "a replica turned out unreadable"
    case voterForgotten = "a node heard of a voter that it had lost"
    case ballotCast = "a node voted for a replica that never was there"
    case suspectCleared = "a suspect was removed and destroyed"
    case placementLed = "placement was led"
    case operatorDone = "an operator was done"
    case operatorFailed = "an operator ended early"
    case stepDone = "a step of an operator was done"
    case stepRefused = "a step of an operator was refused"
    case wrongClockDistrusted = "a node that started with a wrong clock did not go by it"
    case administratorHeard = "an administrator's request was accepted"
    case administratorRefused = "an administrator's request was refused"
    case scanned = "a replica was read for a check"
    case scanDropped = "a scan gave way to another"
    case scanGivenUp = "a scan was given up, because nobody waited for it"
    case rotted = "a replica silently became another"
    case foundOut = "a check found a replica out"
    case checkedEqual = "a check that was asked for found all equal"
    case suspectReturned = "a node came back to a shard where its replica was suspect"
}

extension Probe {
    /// By raw value: a table, because the list of cases would be searched at every hit.
    private static let positions = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))

    fileprivate var position: Int { Probe.positions[self] ?? 0 }
}

/// How often each probe was hit.
package struct ProbeCounts: Sendable {
    private var counts = [UInt64](repeating: 0, count: Probe.allCases.count)

    package init() {}

    mutating func hit(_ probe: Probe, times: UInt64 = 1) {
        counts[probe.position] &+= times
    }

    /// How often it was hit.
    package subscript(probe: Probe) -> UInt64 {
        counts[probe.position]
    }

    /// Those never hit.
    package var missed: [Probe] { Probe.allCases.filter { self[$0] == 0 } }

    /// Takes in the counts of another run.
    package mutating func add(_ other: ProbeCounts) {
        for position in counts.indices { counts[position] &+= other.counts[position] }
    }
}
