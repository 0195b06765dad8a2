import Keyspace
import NIOCore
import Raft
import Wire

/// One value of every kind, with a different number in every field.
enum Samples {
    static let member = Member(replica: ReplicaID(0x0A), node: NodeID(0x0B))
    static let node = NodeAddress(node: NodeID(2), address: "h:2", incarnation: 0x22)
    static let cluster = ClusterID(high: 0x0102_0304_0506_0708, low: 0x1112_1314_1516_1718)

    static let configuration = Configuration(
        voters: [Member(replica: ReplicaID(1), node: NodeID(4)), Member(replica: ReplicaID(2), node: NodeID(5))],
        outgoing: [Member(replica: ReplicaID(1), node: NodeID(4))],
        learners: [Member(replica: ReplicaID(3), node: NodeID(6))])

    static let descriptor = Descriptor(
        shard: ShardID(7), range: KeyRange(start: .user([0x61]), end: .end), epoch: Epoch(version: 8, config: 9),
        configuration: Configuration(voters: [member]), nextReplica: ReplicaID(0x0C))

    static let jointDescriptor = Descriptor(
        shard: ShardID(1), range: .system, epoch: Epoch(version: 1, config: 2), configuration: configuration,
        nextReplica: ReplicaID(4))

    /// One operation of each kind, with and without expiry.
    static func operations() throws -> OperationList {
        var list = OperationList()
        try list.put(.user([0x61]), [0x76])
        try list.put(.user([0x62]), [0x77, 0x78], expiryMilliseconds: 0x1234)
        try list.delete(.user([0x63]))
        try list.compareAndSet(.user([0x64]), [0x79], expect: [0x65, 0x66])
        try list.compareAndSet(.user([0x65]), [], expectVersion: Timestamp(0x99), expiryMilliseconds: 0x56)
        try list.putIfAbsent(.user([0x66]), [0x7A])
        return list
    }

    static func batch(index: UInt64 = 6, term: UInt64 = 3, commands: Int = 2) throws -> Entry<EncodedEntry> {
        let list = try operations()
        var builder = CommandBatchBuilder()
        for number in 0..<commands {
            let header = CommandHeader(
                session: 0x51, sequence: 0x52 + UInt64(number), doneBelow: 0x50, issuedAt: 0x53)
            builder.append(header, operations: list.bytes, operationCount: list.count, reads: true)
        }
        let entry = builder.finish(
            term: Term(term), index: LogIndex(index), stamp: Timestamp(0x1000), epochVersion: 0x08)
        return Entry(index: LogIndex(index), term: Term(term), content: .payload(entry))
    }

    static func entries() throws -> [Entry<EncodedEntry>] {
        [
            Entry(index: LogIndex(5), term: Term(2), content: .empty),
            try batch(),
            Entry(index: LogIndex(7), term: Term(3), content: .configuration(configuration)),
        ]
    }

    /// A split in the log.
    static func splitEntry(index: UInt64 = 8, term: UInt64 = 3) -> Entry<EncodedEntry> {
        Entry(
            index: LogIndex(index), term: Term(term),
            content: .payload(split.encode(term: Term(term), index: LogIndex(index))))
    }

    /// A check in the log.
    static func checkEntry(index: UInt64 = 9, term: UInt64 = 3) -> Entry<EncodedEntry> {
        let command = CheckCommand(wantsScan: true)
        return Entry(
            index: LogIndex(index), term: Term(term),
            content: .payload(command.encode(term: Term(term), index: LogIndex(index))))
    }

    static let absorb = MergeCommand.Absorb(
        merge: 0x31, frozen: LogPosition(index: LogIndex(0x32), term: Term(0x33)), lastVersion: Timestamp(0x34),
        right: descriptor)

    static let mergeCommands: [MergeCommand] = [
        .intent(
            epoch: Epoch(version: 0x11, config: 0x12), merge: 0x13, right: ShardID(0x14),
            rightEpoch: Epoch(version: 0x15, config: 0x16)),
        .freeze(epoch: Epoch(version: 0x21, config: 0x22), left: ShardID(0x23), merge: 0x24),
        .absorb(absorb), .abort(merge: 0x41), .unfreeze(left: ShardID(0x51), merge: 0x52),
    ]

    static func mergeEntries(index: UInt64 = 8, term: UInt64 = 3) -> [Entry<EncodedEntry>] {
        mergeCommands.map { command in
            Entry(
                index: LogIndex(index), term: Term(term),
                content: .payload(command.encode(term: Term(term), index: LogIndex(index))))
        }
    }

    static let mergeState: MergeState = {
        var state = MergeState()
        state.last = 0x61
        state.intent = MergeState.Intent(right: ShardID(0x62), epoch: Epoch(version: 0x63, config: 0x64))
        state.frozen = MergeState.Frozen(
            left: ShardID(0x65), merge: 0x66, position: LogPosition(index: LogIndex(0x67), term: Term(0x68)))
        state.absorbed = [ShardID(0x69), ShardID(0x6A)]
        return state
    }()

    static let mergeNotices: [MergeNotice] = [
        .ask(number: 0x71, mergeRequest),
        .freeze(right: ShardID(0x72), Epoch(version: 0x73, config: 0x74), left: ShardID(0x75), merge: 0x76),
        .frozen(left: ShardID(0x77), MergeNotice.Load(sessions: 0x78, answers: 0x79, bytes: 0x7A), absorb),
        .unable(left: ShardID(0x7B), merge: 0x7C, reason: "no"),
        .inquiry(right: ShardID(0x7D), start: .user([0x7E]), left: ShardID(0x7F), merge: 0x80),
        .aborted(right: ShardID(0x81), left: ShardID(0x82), merge: 0x83),
        .absorbed(right: ShardID(0x84), left: ShardID(0x85)),
        .behind(
            ShardID(0x86), Member(replica: ReplicaID(0x87), node: NodeID(0x88)),
            to: Member(replica: ReplicaID(0x89), node: NodeID(0x8A)), index: LogIndex(0x8B)),
    ]

    static func chunk() throws -> ByteBuffer {
        var buffer = ByteBuffer()
        for entry in try entries() { EncodedEntry.encode(entry, into: &buffer) }
        return buffer
    }

    static func messages() throws -> [Message<EncodedEntry>] {
        let sentAt = Instant(nanoseconds: -2)
        return [
            .append(
                Append(
                    term: Term(3), previousIndex: LogIndex(4), previousTerm: Term(2), entries: try entries(),
                    commit: LogIndex(0x21), replicatedEverywhere: LogIndex(0x22), sentAt: sentAt)),
            .append(
                Append(
                    term: Term(3), previousIndex: .zero, previousTerm: .zero, entries: [], commit: LogIndex(1),
                    replicatedEverywhere: .zero, sentAt: sentAt)),
            .appendReply(AppendReply(term: Term(4), outcome: .accepted(match: LogIndex(0x31)), sentAt: sentAt)),
            .appendReply(
                AppendReply(
                    term: Term(4),
                    outcome: .rejected(rejected: LogIndex(0x32), hintIndex: LogIndex(0x33), hintTerm: Term(0x34)),
                    sentAt: sentAt)),
            .appendReply(AppendReply(term: Term(4), outcome: .diskFull, sentAt: sentAt)),
            .voteRequest(
                VoteRequest(term: Term(5), isPreVote: true, lastIndex: LogIndex(0x41), lastTerm: Term(0x42))),
            .voteRequest(
                VoteRequest(
                    term: Term(5), isPreVote: false, lastIndex: LogIndex(0x41), lastTerm: Term(0x42),
                    transfer: TransferID(0x43))),
            .voteReply(VoteReply(term: Term(6), isPreVote: true, isGranted: false)),
            .voteReply(VoteReply(term: Term(6), isPreVote: false, isGranted: true)),
            .heartbeat(
                Heartbeat(
                    term: Term(7), commit: LogIndex(0x51), round: 0x52, replicatedEverywhere: LogIndex(0x53),
                    sentAt: sentAt)),
            .heartbeatReply(HeartbeatReply(term: Term(8), round: 0x61, sentAt: sentAt)),
            .timeoutNow(TimeoutNow(term: Term(9), transfer: TransferID(0x71))),
        ]
    }

    static func envelopes() throws -> [PeerEnvelope] {
        try messages().map { message in
            PeerEnvelope(
                shard: ShardID(0x11), from: Member(replica: ReplicaID(0x12), node: NodeID(0x13)),
                to: Member(replica: ReplicaID(0x14), node: NodeID(0x15)), message: message)
        }
    }

    static let control = ControlFrame(
        sequence: 1, sentAt: Instant(nanoseconds: 2), answer: .init(sequence: 3, sentAt: Instant(nanoseconds: 4)),
        boot: 5, vouches: true,
        left: [.init(number: 0x10, shard: ShardID(0x11), leader: member, replica: ReplicaID(0x12), term: Term(0x13))],
        resigned: [.init(number: 0x20, shard: ShardID(0x21), replica: ReplicaID(0x22), term: Term(0x23))],
        confirmedLeft: 6, confirmedResigned: 7, leftNumber: 8, resignedNumber: 9, clusterMilliseconds: 0x0A,
        incarnation: 0x0B, synced: 0x0C, oldestSyncMilliseconds: 0x0D, systemDescriptor: jointDescriptor,
        nodes: [node], heardSynced: 0x0E)

    /// One of each kind, with a different number in every field.
    static let snapshotMessages: [SnapshotMessage] = [
        .offer(
            SnapshotOffer(
                position: LogPosition(index: LogIndex(0x21), term: Term(0x22)), descriptor: jointDescriptor,
                lastVersion: Timestamp(0x23), chain: 0x24, merge: mergeState)),
        .accept(SnapshotProgress(chunks: 0x31, checksum: 0x32)),
        .refuse(.stale(commit: LogIndex(0x41))), .refuse(.busy), .refuse(.underWay(LogIndex(0x42))),
        .refuse(.notAMember), .refuse(.tombstoned), .refuse(.overlaps), .refuse(.broken),
        .chunk(
            SnapshotChunk(
                progress: SnapshotProgress(chunks: 0x51, checksum: 0x52), part: .sessions,
                bytes: ByteBuffer(bytes: [0x53, 0x54]))),
        .chunk(SnapshotChunk(progress: SnapshotProgress(chunks: 0x55, checksum: 0x56), part: .rows, bytes: rows)),
        .acknowledge(through: 0x61),
        .last(SnapshotTotals(progress: SnapshotProgress(chunks: 0x71, checksum: 0x72), rows: 0x73)),
        .installed(LogIndex(0x81)), .abandon,
    ]

    static let rows = {
        var rows = ByteBuffer()
        for (key, value) in [([0x02, 0x61], [0x01]), ([0x02, 0x61, 0x00], []), ([0x02, 0x62], [0x02, 0x03])]
            as [([UInt8], [UInt8])]
        {
            SnapshotRows.append(
                key: ByteBuffer(bytes: key).readableBytesSpan, value: ByteBuffer(bytes: value).readableBytesSpan,
                to: &rows)
        }
        return rows
    }()

    static let snapshots = snapshotMessages.map { message in
        SnapshotEnvelope(
            shard: ShardID(0x11), from: Member(replica: ReplicaID(0x12), node: NodeID(0x13)),
            to: Member(replica: ReplicaID(0x14), node: NodeID(0x15)), transfer: SnapshotTransfer(0x16),
            message: message)
    }

    static let replicaRequest = ReplicaRequest(
        shard: ShardID(0x11), epoch: Epoch(version: 0x12, config: 0x13),
        change: ReplicaChange(
            addLearners: [NodeID(0x14), NodeID(0x15)], promote: [ReplicaID(0x16)], demote: [],
            remove: [ReplicaID(0x17)]))

    static let notices: [ReplicaNotice] =
        [
            .descriptor(to: member, descriptor),
            .notHere(
                shard: ShardID(0x11), absent: Member(replica: ReplicaID(0x12), node: NodeID(0x13)),
                to: Member(replica: ReplicaID(0x14), node: NodeID(0x15))),
            .request(number: 0x21, replicaRequest), .changed(number: 0x22, jointDescriptor),
            .refused(number: 0x23, .busy(retryAfterMilliseconds: 0x24, reason: "b")), .report(descriptor),
            .reported(shard: ShardID(0x31), Epoch(version: 0x32, config: 0x33)),
            .reserve(number: 0x41), .reserved(number: 0x42, ShardID(0x43)),
            .wanted(
                shard: ShardID(0x51), absent: Member(replica: ReplicaID(0x52), node: NodeID(0x53)),
                to: Member(replica: ReplicaID(0x54), node: NodeID(0x55))),
            .call(term: Term(0x61), isForAll: true),
            .transfer(number: 0x62, shard: ShardID(0x63), Epoch(version: 0x64, config: 0x65), to: ReplicaID(0x66)),
            .split(
                number: 0x67,
                SplitRequest(shard: ShardID(0x68), epoch: Epoch(version: 0x69, config: 0x6A), key: .user([0x6B]))),
        ] + mergeNotices.map { .merge($0) } + checkNotices

    static let checkNotices: [ReplicaNotice] = [
        .checked(to: member, checkReport),
        .diverged(
            term: Term(0x7A),
            CheckDivergence(
                expected: CheckReport(
                    shard: ShardID(0x76), member: member,
                    position: LogPosition(index: LogIndex(0x77), term: Term(0x78)), chain: 0x79, scan: nil),
                agreeing: [ReplicaID(0x7A), ReplicaID(0x7B)])),
        .checkOver(ShardID(0x7C), LogPosition(index: LogIndex(0x7D), term: Term(0x7E))),
    ]

    static let checkReport = CheckReport(
        shard: ShardID(0x71), member: Member(replica: ReplicaID(0x72), node: NodeID(0x73)),
        position: LogPosition(index: LogIndex(0x74), term: Term(0x75)), chain: 0x76, scan: 0x77)

    static let shardCheck = ShardCheck(
        shard: ShardID(0x81), index: LogIndex(0x82), verdict: .divergent,
        replicas: [
            ShardCheck.Replica(member: member, finding: .equal),
            ShardCheck.Replica(member: Member(replica: ReplicaID(0x83), node: NodeID(0x84)), finding: .dataDiffers),
        ])

    static let quietControl = ControlFrame(sequence: 1, sentAt: Instant(nanoseconds: 2), boot: 5, vouches: false)

    static let record = BootstrapRecord(
        cluster: cluster, nodes: [node], descriptors: [jointDescriptor, descriptor], createdMilliseconds: 0x77)

    static let announcement = FormationAnnouncement(
        address: "a:1", incarnation: 0x31, boot: 0x32, list: ["a:1", "b:2"], borders: [.user([0x6D])],
        state: .member(cluster))
}

extension Samples {
    static let formationRequests: [FormationRequest] = [
        .announce(announcement), .bootstrap(record), .join(address: "c:3", incarnation: 0x33),
    ]

    static let formationReplies: [FormationReply] = [
        .announced(announcement), .accepted, .refused("no"),
        .joined(node: NodeID(4), cluster: cluster, nodes: [node], systemDescriptor: jointDescriptor),
    ]
}
