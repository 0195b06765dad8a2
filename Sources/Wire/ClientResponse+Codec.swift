package import Keyspace
package import NIOCore

extension ClientResponse {
    /// Appends a client frame whose kind tells the body. An answer that would be longer than a client accepts becomes
    /// `invalidRequest`, which says so.
    /// ```
    /// body    := id:u64 fields
    /// written := count:u32 outcome*                       see WriteResult+Codec.swift
    /// values  := count:u32 byteCount:u32 value*           see ValueList
    /// page    := rowCount:u32 byteCount:u32 row* hasResume:u8 [resume:key]        see ScanPage
    /// routeTable := see RouteTable+Codec.swift            nodeStatus := see NodeStatus+Codec.swift
    /// descriptor := see WireReader+Types.swift            descriptors := count:u32 descriptor*
    /// placement := see PlacementAnswer+Codec.swift        checked := see ShardCheck.swift
    /// failure := see RequestError+Codec.swift
    /// ```
    package func encode(into buffer: inout ByteBuffer) {
        let frame = FrameWriter.begin(kind: body.kind, into: &buffer, flavor: .client)
        buffer.writeLittle(id)
        switch body {
        case .written(let result): result.write(into: &buffer)
        case .values(let values):
            buffer.writeMultipleIntegers(
                values.count, UInt32(truncatingIfNeeded: values.bytes.readableBytes), endianness: .little)
            buffer.writeImmutableBuffer(values.bytes)
        case .page(let page): page.write(into: &buffer)
        case .routes(let table): table.write(into: &buffer)
        case .status(let status): status.write(into: &buffer)
        case .descriptor(let descriptor): buffer.writeDescriptor(descriptor)
        case .descriptors(let descriptors): buffer.writeList(descriptors) { $0.writeDescriptor($1) }
        case .placement(let answer): answer.writeFields(into: &buffer)
        case .checked(let check): check.writeFields(into: &buffer)
        case .failure(let error): error.write(into: &buffer)
        }
        if !FrameWriter.end(frame, in: &buffer) { ClientResponse.tooLong(id).encode(into: &buffer) }
    }

    /// Appends the answer to a get of one key, the value found, without a list in between.
    package static func encodeValue(
        id: UInt64, version: Timestamp, value: borrowing RawSpan, into buffer: inout ByteBuffer
    ) {
        // All of the frame but the value in one piece: each access to a buffer costs as much as a few fields.
        // kind 1, id 8, count 4, byteCount 4, found 1, version 8, length 4
        let fieldBytes = 30
        guard value.byteCount <= FrameFlavor.client.lengthMax - fieldBytes else {
            return tooLong(id).encode(into: &buffer)
        }
        let byteCount = UInt32(value.byteCount)
        buffer.writeMultipleIntegers(
            byteCount + UInt32(fieldBytes), FrameKind.values, id, UInt32(1), byteCount + 13, UInt8(1),
            version.rawValue, byteCount, endianness: .little)
        buffer.writeBytes(value)
    }

    /// Appends the answer to a get of one key that is not there.
    package static func encodeAbsent(id: UInt64, into buffer: inout ByteBuffer) {
        let frame = FrameWriter.begin(kind: FrameKind.values, into: &buffer, flavor: .client)
        buffer.writeMultipleIntegers(id, UInt32(1), UInt32(1), UInt8(0), endianness: .little)
        FrameWriter.end(frame, in: &buffer)
    }

    /// Reads a frame of one of the kinds above; bytes after the last known field are skipped. Values and rows are
    /// slices of the frame.
    package static func decode(_ frame: Frame) throws(WireError) -> ClientResponse {
        var reader = WireReader(frame.body)
        let id = try reader.readUInt64()
        let body: Body
        switch frame.kind {
        case FrameKind.written: body = .written(try WriteResult.read(&reader))
        case FrameKind.values: body = .values(try ValueList.read(&reader))
        case FrameKind.page: body = .page(try ScanPage.read(&reader))
        case FrameKind.routeTable: body = .routes(try RouteTable.read(&reader))
        case FrameKind.nodeStatus: body = .status(try NodeStatus.read(&reader))
        case FrameKind.descriptor: body = .descriptor(try reader.readDescriptor())
        case FrameKind.descriptors: body = .descriptors(try reader.readDescriptors())
        case FrameKind.placementAnswer: body = .placement(try PlacementAnswer.read(&reader))
        case FrameKind.checked: body = .checked(try ShardCheck.read(&reader))
        case FrameKind.failure: body = .failure(try RequestError.read(&reader))
        default: throw .unknownKind(frame.kind)
        }
        return ClientResponse(id: id, body: body)
    }

    private static func tooLong(_ id: UInt64) -> ClientResponse {
        let limit = KeyLimits.clientFrameBytesMax
        return ClientResponse(
            id: id, body: .failure(.invalidRequest("the answer has more than \(limit) bytes: ask for less at a time")))
    }
}

extension ClientResponse.Body {
    fileprivate var kind: UInt8 {
        switch self {
        case .written: FrameKind.written
        case .values: FrameKind.values
        case .page: FrameKind.page
        case .routes: FrameKind.routeTable
        case .status: FrameKind.nodeStatus
        case .descriptor: FrameKind.descriptor
        case .descriptors: FrameKind.descriptors
        case .placement: FrameKind.placementAnswer
        case .checked: FrameKind.checked
        case .failure: FrameKind.failure
        }
    }
}
