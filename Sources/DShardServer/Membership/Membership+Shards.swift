import Keyspace
import Raft
import Wire

extension Membership {
    /// Writes what a shard's leader has applied into the shard's row, if that is older (rule 35), and tells the row's
    /// epoch then. Nothing is told when this node does not lead the system shard, or when the row changed meanwhile:
    /// the shard's leader asks again. On the loop.
    func record(_ descriptor: Descriptor, then done: @escaping @Sendable (Epoch) -> Void) {
        guard leadingTerm != nil else { return }
        let key = SystemRow.key(ofShardAt: descriptor.range.start)
        shard.rows(in: KeyRange(start: key, end: key.successor)) { [self] result in
            guard case .success(let rows) = result else { return }
            let row = rows.first
            if let row {
                guard let known = try? SystemRow.decodeDescriptor(row.value) else { return }
                let isNewer =
                    known.shard == descriptor.shard
                    ? descriptor.isNewer(than: known) : descriptor.epoch.version > known.epoch.version
                guard isNewer else { return known.shard == descriptor.shard ? done(known.epoch) : () }
            }
            shard.set(key, SystemRow.encode(descriptor), ifVersion: row?.version) { written in
                if case .success(true) = written { done(descriptor.epoch) }
            }
        }
    }
}
