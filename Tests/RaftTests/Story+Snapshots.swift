import Raft

/// What the host does with snapshots and learners in a story.
extension Story {
    mutating func performSnapshot(_ command: String, _ words: [String]) throws {
        let number = try self.number(words)
        if command == "snapshot" { makeSnapshot(of: number) }
        guard let snapshot else { throw Failure(text: "no snapshot was made") }
        switch command {
        case "begin": say("\(number): snapshot \(verdict(nodes[number]?.group.beginInstall(of: snapshot)))")
        case "cancel": nodes[number]?.group.cancelInstall()
        case "install": install(snapshot, on: number)
        case "started", "sent", "failed", "wanted": try report(command, on: snapshot, to: number, words)
        default: break
        }
        take(number)
    }

    private mutating func makeSnapshot(of number: UInt64) {
        guard let disk = nodes[number]?.disk else { return }
        snapshot = SnapshotMetadata(position: disk.applied, configuration: disk.configuration)
        say("\(number): snapshot at \(disk.applied.index)@\(disk.applied.term) {\(disk.configuration.summary)}")
    }

    /// The host asks first, unless it has asked already, and installs nothing that is not wanted.
    private mutating func install(_ snapshot: SnapshotMetadata, on number: UInt64) {
        let asked = nodes[number]?.group.beginInstall(of: snapshot)
        guard asked == .accepted || asked == .alreadyInstalling else {
            return say("\(number): snapshot \(verdict(asked))")
        }
        say("\(number): installed, \(verdict(nodes[number]?.install(snapshot, now: now)))")
    }

    private mutating func report(
        _ command: String, on snapshot: SnapshotMetadata, to number: UInt64, _ words: [String]
    ) throws {
        let follower = ReplicaID(try self.number(words, at: 1))
        let index = snapshot.position.index
        switch command {
        case "started": nodes[number]?.group.snapshotStarted(to: follower, index: index)
        case "sent": nodes[number]?.group.snapshotSent(to: follower, index: index, now: now)
        case "failed": nodes[number]?.group.snapshotFailed(to: follower, now: now)
        default: nodes[number]?.group.snapshotWanted(by: follower)
        }
    }

    private func verdict(_ verdict: SnapshotVerdict?) -> String { verdict.map { "\($0)" } ?? "nowhere" }

    mutating func isCaughtUp(_ number: UInt64, _ learner: UInt64) {
        let isCaughtUp = nodes[number]?.group.isCaughtUp(ReplicaID(learner), now: now) ?? false
        say("\(number): \(learner) is \(isCaughtUp ? "caught up" : "behind")")
    }
}
