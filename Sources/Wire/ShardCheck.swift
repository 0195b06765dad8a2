import NIOCore
package import Raft

/// What a check of one shard has found (rule 39).
package struct ShardCheck: Hashable, Sendable {
    package var shard: ShardID
    /// The entry at which the replicas were compared.
    package var index: LogIndex
    package var verdict: Verdict
    /// Every member, in the order of ids.
    package var replicas: [Replica]

    package init(shard: ShardID, index: LogIndex, verdict: Verdict, replicas: [Replica]) {
        self.shard = shard
        self.index = index
        self.verdict = verdict
        self.replicas = replicas
    }

    /// All of it. Do not renumber.
    package enum Verdict: UInt8, Sendable, CaseIterable {
        /// Every replica was compared, and all are equal.
        case equal = 1
        /// Those that were compared are equal; some were not.
        case incomplete = 2
        /// A majority agrees, and some replica differs from it: that one is replaced.
        case divergent = 3
        /// Replicas differ, and no majority of voters agrees: nobody can tell who is right.
        case divided = 4
    }

    /// One replica's part.
    package struct Replica: Hashable, Sendable {
        package var member: Member
        package var finding: Finding

        package init(member: Member, finding: Finding) {
            self.member = member
            self.finding = finding
        }
    }

    /// Do not renumber.
    package enum Finding: UInt8, Sendable, CaseIterable {
        /// As the majority.
        case equal = 1
        /// The same entries did something else here than at the majority.
        case chainDiffers = 2
        /// The entries did the same, and what is stored is not the same.
        case dataDiffers = 3
        /// It differs from others, and no majority is there to say who is right.
        case unsure = 4
        /// What the entries did is equal; what is stored was not read in time.
        case notScanned = 5
        /// It did not answer.
        case notHeard = 6
        /// Its node runs a release that hashes otherwise, which says nothing about what is stored.
        case otherFormat = 7
    }
}

extension ShardCheck {
    /// ```
    /// check := shard:u64 index:u64 verdict:u8 count:u32 (member finding:u8)*
    /// ```
    func writeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(shard.rawValue, index.rawValue, verdict.rawValue, endianness: .little)
        buffer.writeList(replicas) { buffer, replica in
            buffer.writeMember(replica.member)
            buffer.writeLittle(replica.finding.rawValue)
        }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> ShardCheck {
        let shard = ShardID(try reader.readUInt64())
        let index = try reader.readIndex()
        guard let verdict = Verdict(rawValue: try reader.readUInt8()) else { throw .badValue("verdict") }
        let replicas = try reader.readList(elementBytesMin: 17) { (reader) throws(WireError) in
            let member = try reader.readMember()
            guard let finding = Finding(rawValue: try reader.readUInt8()) else { throw .badValue("finding") }
            return Replica(member: member, finding: finding)
        }
        return ShardCheck(shard: shard, index: index, verdict: verdict, replicas: replicas)
    }
}
