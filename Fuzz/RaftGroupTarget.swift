import NIOCore
import Raft

extension FuzzTarget {
    /// One replica's consensus, fed with the events that the input is a program of: messages of any member with any
    /// content, time, disk, applier, proposals, and restarts from what the disk held. It checks its invariants itself;
    /// what a host relies on besides is checked here.
    static let raftGroup = FuzzTarget(name: "raft-group") { input in
        var program = Program(input)
        var model = GroupModel(&program)
        var count = 0
        while !program.isAtEnd, count < 1_000 {
            count += 1
            model.perform(&program)
            _ = model.group.deadline
            _ = model.group.isQuiet
        }
        model.takeReady()
    } seeds: {
        [alone, led, followed, slow].map { ByteBuffer(bytes: $0) }
    }

    /// The only voter: it becomes leader, commits what it proposes, forgets it and starts again.
    private static let alone: [UInt8] =
        [0, 0, 0] + [29, 11, 9, 11, 9, 29, 10, 0, 16, 0, 13, 24, 3, 29, 11, 9, 29]

    /// Three voters: elected, two proposals, a read by a round, a learner added, leadership handed over.
    private static let led: [UInt8] =
        [2, 0, 0] + [29, 11, 5, 11, 6, 29, 10, 0, 7, 200, 13, 8, 25, 0, 25, 0, 29, 10, 0]
        + [12, 0x0E, 2, 0x10, 29, 10, 0, 14, 2, 0, 29, 7, 255, 7, 255, 16, 0]

    /// A follower: appends, of which the second conflicts with the first, a heartbeat, and a restart between them.
    private static let followed: [UInt8] =
        [2, 0, 0] + [7, 250] + [0, 1, 1, 0, 0, 3, 0, 0, 0, 1, 1, 1, 0, 0, 8, 9, 3, 8] + [24, 3, 7, 250]
        + [0, 2, 2, 96, 0, 2, 0, 0, 1, 1, 1, 0, 0, 8, 9, 3, 8, 4, 2, 0, 0, 0, 0, 0, 8, 10, 0]

    /// Five voters, one of which answers late: a full window, entries that left the memory and are loaded, a rejection.
    private static let slow: [UInt8] =
        [4, 1, 0] + [29] + Array(repeating: [11, 200, 8, 25, 0, 25, 0, 9, 3], count: 8).flatMap { $0 }
        + [10, 7, 17, 0, 1, 3, 0, 2, 97, 97, 0, 248, 8, 15, 1, 3, 8, 7, 254, 8, 15, 1, 2, 25, 0]
}
