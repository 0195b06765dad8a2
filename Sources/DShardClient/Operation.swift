import Keyspace
import NIOCore
import Wire

/// What a call wants of the cluster, in the form in which it can be sent again.
enum Operation: Sendable {
    /// The value of the slot's key.
    case get(Wire.Consistency)
    /// The values of keys that were in one shard when they were grouped.
    case getMany(KeyList, Wire.Consistency)
    /// Operations as they travel.
    case write(ByteBuffer, count: Int)
    /// A put that expires: it becomes a `write` when the cluster's clock is known.
    case expiringPut(value: [UInt8], condition: Condition?, lifetimeMilliseconds: UInt64)
    /// One page.
    case scan(PageRequest)
    /// The routes, for the caller.
    case routes(includesSystem: Bool)
    /// The routes, for the client itself.
    case lookup
    /// The view of itself of the node at this address.
    case status(address: String)
    /// A request to placement, asked of the node at this address.
    case placement(address: String, PlacementRequest)
    /// A check of a shard, asked of the node at this address.
    case check(address: String, CheckRequest)

    /// Whether it changes something.
    var isWrite: Bool {
        switch self {
        case .write, .expiringPut: true
        case .get, .getMany, .scan, .routes, .lookup, .status, .placement, .check: false
        }
    }

    /// Whether any replica may serve it.
    var isForAnyReplica: Bool {
        switch self {
        case .get(let consistency), .getMany(_, let consistency): consistency != .linearizable
        case .scan(let page): page.consistency != .linearizable
        case .write, .expiringPut, .routes, .lookup, .status, .placement, .check: false
        }
    }

    /// Its keys, grouped for one shard, must be grouped again when the shard is no longer that of the group.
    var isGroup: Bool {
        switch self {
        case .getMany: true
        case .write(_, let count): count > 1
        case .get, .expiringPut, .scan, .routes, .lookup, .status, .placement, .check: false
        }
    }
}
