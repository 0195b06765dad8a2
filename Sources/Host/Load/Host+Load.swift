package import Keyspace
import NIOCore
import Wire

/// Which shards keep this lane busy, and with which keys; counted, never decided upon here.
extension Host {
    /// What the replicas had to do since the last call; those that had nothing are left out.
    package mutating func takeWork() -> [ShardWork] {
        var works: [ShardWork] = []
        for slot in replicas.indices where replicas[slot].load.weight > 0 {
            works.append(
                ShardWork(
                    shard: replicas[slot].descriptor.shard, version: replicas[slot].descriptor.epoch.version,
                    isLed: leads(at: slot), operations: replicas[slot].load.operations,
                    weight: replicas[slot].load.weight))
            replicas[slot].load.reset()
        }
        return works
    }

    /// A key that halves the recent requests for the shard at this position of `replicas`; nil when none does.
    package func halvingKey(at position: Int) -> Key? {
        replicas[position].load.keys.halvingKey(in: replicas[position].descriptor.range)
    }

    mutating func count(_ request: WriteRequest, operations: Int, _ slot: Int) {
        replicas[slot].load.addWrite(operations: operations, bytes: request.operations.readableBytes)
        guard let draw = sampler.pick(of: operations) else { return }
        var cursor = OperationCursor(request)
        guard let first = try? cursor.next() else { return }
        sample(Key(copying: request.operations.readableBytesSpan.extracting(first.key)), draw, slot)
    }

    mutating func count(_ read: PendingRead, _ slot: Int) {
        switch read.body {
        case .get(let request):
            let keys = Int(clamping: request.keys.count)
            replicas[slot].load.addGet(keys: keys)
            guard let draw = sampler.pick(of: keys), let first = request.keys.first else { return }
            sample(Key(copying: request.keys.bytes.readableBytesSpan.extracting(first)), draw, slot)
        case .scan(let request):
            replicas[slot].load.addScan()
            guard let draw = sampler.pick(of: 1) else { return }
            sample(request.start, draw, slot)
        }
    }

    private mutating func sample(_ key: Key, _ draw: UInt64, _ slot: Int) {
        // A shard cannot begin at a longer one.
        guard key.bytes.count <= KeyLimits.borderBytesMax + 1 else { return }
        replicas[slot].load.keys.add(key, draw: draw)
    }
}
