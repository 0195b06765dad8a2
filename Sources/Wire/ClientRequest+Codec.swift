import Keyspace
package import NIOCore
import Raft

extension ClientRequest {
    /// Appends a client frame whose kind tells the body. Returns false, with the buffer as it was, when it would be
    /// longer than a node accepts: tell the user that the request is too large.
    /// ```
    /// body   := id:u64 timeoutMilliseconds:u32 fields
    /// write  := shard:u64 version:u64 session:u64 sequence:u64 doneBelow:u64 issuedAt:u64 flags:u8 operationCount:u32
    ///           byteCount:u32 operation*                          flags: bit 0 forwarded
    /// get    := shard:u64 version:u64 consistency keyCount:u32 byteCount:u32 key*
    /// scan   := shard:u64 version:u64 consistency flags:u8 rowLimit:u32 byteLimit:u32 start:key end:key
    ///           flags: bit 0 reverse, bit 1 keys only
    /// routes := flags:u8 [key, if bit 0]                          flags: bit 0 one key only, bit 1 includes system
    /// status := nothing
    /// replicas := see ReplicaRequest+Codec.swift                   split := see SplitRequest.swift
    /// placement := see PlacementRequest.swift                     merge := see MergeRequest.swift
    /// check := see CheckRequest.swift
    /// consistency := kind:u8 maxMilliseconds:u32      kind: 1 linearizable, 2 follower, 3 stale
    /// ```
    @discardableResult
    package func encode(into buffer: inout ByteBuffer) -> Bool {
        let frame = FrameWriter.begin(kind: body.kind, into: &buffer, flavor: .client)
        buffer.writeMultipleIntegers(id, timeoutMilliseconds, endianness: .little)
        switch body {
        case .write(let write): write.writeFields(into: &buffer)
        case .get(let get): get.writeFields(into: &buffer)
        case .scan(let scan): scan.writeFields(into: &buffer)
        case .routes(let routes): routes.writeFields(into: &buffer)
        case .status: break
        case .replicas(let request): request.writeFields(into: &buffer)
        case .split(let request): request.writeFields(into: &buffer)
        case .merge(let request): request.writeFields(into: &buffer)
        case .placement(let request): request.writeFields(into: &buffer)
        case .check(let request): request.writeFields(into: &buffer)
        }
        return FrameWriter.end(frame, in: &buffer)
    }

    /// Reads a frame of one of the kinds above; bytes after the last known field are skipped. Operations and keys are
    /// slices of the frame. Operations are not looked at: see `OperationsValidator`.
    package static func decode(_ frame: Frame) throws(WireError) -> ClientRequest {
        var reader = WireReader(frame.body)
        let id = try reader.readUInt64()
        let timeout = try reader.readUInt32()
        let body: Body
        switch frame.kind {
        case FrameKind.write: body = .write(try WriteRequest.read(&reader))
        case FrameKind.get: body = .get(try GetRequest.read(&reader))
        case FrameKind.scan: body = .scan(try ScanRequest.read(&reader))
        case FrameKind.routes: body = .routes(try RoutesRequest.read(&reader))
        case FrameKind.status: body = .status
        case FrameKind.replicas: body = .replicas(try ReplicaRequest.read(&reader))
        case FrameKind.split: body = .split(try SplitRequest.read(&reader))
        case FrameKind.merge: body = .merge(try MergeRequest.read(&reader))
        case FrameKind.placementRequest: body = .placement(try PlacementRequest.read(&reader))
        case FrameKind.check: body = .check(try CheckRequest.read(&reader))
        default: throw .unknownKind(frame.kind)
        }
        return ClientRequest(id: id, timeoutMilliseconds: timeout, body: body)
    }
}

extension ClientRequest.Body {
    fileprivate var kind: UInt8 {
        switch self {
        case .write: FrameKind.write
        case .get: FrameKind.get
        case .scan: FrameKind.scan
        case .routes: FrameKind.routes
        case .status: FrameKind.status
        case .replicas: FrameKind.replicas
        case .split: FrameKind.split
        case .merge: FrameKind.merge
        case .placement: FrameKind.placementRequest
        case .check: FrameKind.check
        }
    }
}

extension WriteRequest {
    fileprivate func writeFields(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(
            route.shard.rawValue, route.version, session, sequence, doneBelow, issuedAt, UInt8(isForwarded ? 1 : 0),
            operationCount, UInt32(truncatingIfNeeded: operations.readableBytes), endianness: .little)
        buffer.writeImmutableBuffer(operations)
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> WriteRequest {
        let route = try RouteStamp.read(&reader)
        let session = try reader.readUInt64()
        let sequence = try reader.readUInt64()
        let doneBelow = try reader.readUInt64()
        let issuedAt = try reader.readUInt64()
        let flags = try reader.readUInt8()
        let operationCount = try reader.readUInt32()
        return WriteRequest(
            route: route, session: session, sequence: sequence, doneBelow: doneBelow, issuedAt: issuedAt,
            operationCount: operationCount, operations: try reader.readSlice(count: Int(try reader.readUInt32())),
            isForwarded: flags & 1 != 0)
    }
}

extension GetRequest {
    fileprivate func writeFields(into buffer: inout ByteBuffer) {
        route.write(into: &buffer)
        consistency.write(into: &buffer)
        buffer.writeMultipleIntegers(
            keys.count, UInt32(truncatingIfNeeded: keys.bytes.readableBytes), endianness: .little)
        buffer.writeImmutableBuffer(keys.bytes)
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> GetRequest {
        var request = GetRequest(
            route: try RouteStamp.read(&reader), consistency: try Consistency.read(&reader), keys: KeyList())
        try request.keys.read(&reader)
        return request
    }
}

extension ScanRequest {
    fileprivate func writeFields(into buffer: inout ByteBuffer) {
        route.write(into: &buffer)
        consistency.write(into: &buffer)
        let flags: UInt8 = (isReverse ? 1 : 0) | (keysOnly ? 2 : 0)
        buffer.writeMultipleIntegers(flags, rowLimit, byteLimit, endianness: .little)
        buffer.writeKey(start)
        buffer.writeKey(end)
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> ScanRequest {
        let route = try RouteStamp.read(&reader)
        let consistency = try Consistency.read(&reader)
        let flags = try reader.readUInt8()
        let rowLimit = try reader.readUInt32()
        let byteLimit = try reader.readUInt32()
        return ScanRequest(
            route: route, consistency: consistency, start: try reader.readKey(), end: try reader.readKey(),
            isReverse: flags & 1 != 0, keysOnly: flags & 2 != 0, rowLimit: rowLimit, byteLimit: byteLimit)
    }
}

extension RoutesRequest {
    fileprivate func writeFields(into buffer: inout ByteBuffer) {
        let flags: UInt8 = (key == nil ? 0 : 1) | (includesSystem ? 2 : 0)
        buffer.writeLittle(flags)
        if let key { buffer.writeKey(key) }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> RoutesRequest {
        let flags = try reader.readUInt8()
        return RoutesRequest(key: flags & 1 != 0 ? try reader.readKey() : nil, includesSystem: flags & 2 != 0)
    }
}

extension RouteStamp {
    fileprivate func write(into buffer: inout ByteBuffer) {
        buffer.writeMultipleIntegers(shard.rawValue, version, endianness: .little)
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> RouteStamp {
        RouteStamp(shard: ShardID(try reader.readUInt64()), version: try reader.readUInt64())
    }
}

extension Consistency {
    fileprivate func write(into buffer: inout ByteBuffer) {
        switch self {
        case .linearizable: buffer.writeMultipleIntegers(UInt8(1), UInt32(0), endianness: .little)
        case .follower: buffer.writeMultipleIntegers(UInt8(2), UInt32(0), endianness: .little)
        case .stale(let bound): buffer.writeMultipleIntegers(UInt8(3), bound, endianness: .little)
        }
    }

    fileprivate static func read(_ reader: inout WireReader) throws(WireError) -> Consistency {
        let kind = try reader.readUInt8()
        let bound = try reader.readUInt32()
        switch kind {
        case 1: return .linearizable
        case 2: return .follower
        case 3: return .stale(maxMilliseconds: bound)
        default: throw .unknownKind(kind)
        }
    }
}
