import Keyspace
package import Raft
import Storage
import Wire

/// How long scans are waited for, when they are given up, and those of shards that do not change (rule 39).
extension Host {
    /// About how much a shard stores in its range of this version, as it was measured.
    package mutating func note(bytes: UInt64, of shard: ShardID, version: UInt64) {
        guard let slot = slots[shard], replicas[slot].descriptor.epoch.version == version else { return }
        replicas[slot].sizeBytes = bytes
    }

    /// When a round is judged by what is there. A shard takes as long to be read as its size says, while as many others
    /// as a node reads at a time take their turns.
    func deadline(of round: CheckRound, _ slot: Int) -> Instant {
        guard round.wantsScan else { return round.deadline }
        let rate = Double(max(1, limits.scanBytesPerSecond))
        let seconds = Double(replicas[slot].sizeBytes) * Double(ScanQueue.heldMax) / rate
        // Far more than the most that is waited for, and far less than what an interval holds.
        let reading = Interval(nanoseconds: Int64(min(seconds, 1_000_000) * 1_000_000_000))
        let end = min(
            round.startedAt + reading + limits.checkPatience, round.startedAt + limits.checkPatienceMax)
        return max(round.deadline, end)
    }

    /// A round is over: whoever still reads for it need not.
    func membersStillReading(_ round: CheckRound) -> [Member] {
        guard let slot = slots[round.shard] else { return [] }
        return replicas[slot].descriptor.configuration.members.filter { member in
            !round.reports.contains { $0.member == member } && !round.passed.contains(member.replica)
        }
    }

    mutating func tellOver(_ round: CheckRound) {
        for member in membersStillReading(round) where member.node != node {
            effects.notices.append((member.node, .checkOver(round.shard, round.position)))
        }
        endScan(of: round.shard, at: round.position)
    }

    mutating func endScan(of shard: ShardID, at position: LogPosition) {
        let count = scansUnderWay.count
        scansUnderWay.removeAll { $0.name.shard == shard && $0.position == position }
        if scansUnderWay.count < count { effects.scansOver.append((shard, position)) }
    }

    /// A round is its leader's, and ends with that leadership, and for a replica with that replica.
    mutating func endVainScans() {
        for scan in scansUnderWay {
            let group = slots[scan.name.shard].map { replicas[$0].group }
            if group?.member.replica == scan.name.replica, group?.term == scan.position.term { continue }
            endScan(of: scan.name.shard, at: scan.position)
        }
    }

    /// A shard that nobody writes to rots all the same: one after the other, slowly.
    mutating func checkQuiet(now: Instant) {
        guard now - quietScan.at >= quietScan.pause, !checks.contains(where: \.wantsScan) else { return }
        let count = replicas.count
        for step in 0..<count {
            let slot = (quietCursor + step) % count
            guard isQuietScanDue(slot, now: now) else { continue }
            quietCursor = slot + 1
            // Refused: another one has its turn at the next look.
            guard (try? proposeCheck(slot, wantsScan: true, asker: nil, now: now)) != nil else { return }
            let seconds = replicas[slot].sizeBytes / UInt64(max(1, limits.quietScanBytesPerSecond))
            quietScan = (now, max(limits.quietScanPause, .seconds(Int64(clamping: min(seconds, 1_000_000)))))
            return
        }
    }

    private func isQuietScanDue(_ slot: Int, now: Instant) -> Bool {
        guard replicas[slot].group.role == .leader, !replicas[slot].isRetired,
            now - replicas[slot].scannedAt >= limits.quietScanInterval
        else { return false }
        // One that changes is checked soon for that.
        guard replicas[slot].group.appliedIndex == replicas[slot].checkedIndex else { return false }
        return !checks.contains { $0.shard == replicas[slot].descriptor.shard }
    }
}
