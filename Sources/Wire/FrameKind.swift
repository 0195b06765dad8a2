/// The kind byte of every frame. Do not renumber: old and new nodes speak to each other.
package enum FrameKind {
    // Client flavour: the first frame of every connection and its answer.
    /// A `Hello`.
    package static let hello: UInt8 = 0x01
    /// A `HelloReply`.
    package static let helloReply: UInt8 = 0x02

    // Client flavour: requests.
    /// A `WriteRequest`; answered by `written` or `failure`.
    package static let write: UInt8 = 0x10
    /// A `GetRequest`; answered by `values` or `failure`.
    package static let get: UInt8 = 0x11
    /// A `ScanRequest`; answered by `page` or `failure`.
    package static let scan: UInt8 = 0x12
    /// A `RoutesRequest`; answered by `routeTable` or `failure`.
    package static let routes: UInt8 = 0x13
    /// Asks for the node's status, without fields; answered by `nodeStatus` or `failure`.
    package static let status: UInt8 = 0x14
    /// A `ReplicaRequest`; answered by `descriptor` or `failure`.
    package static let replicas: UInt8 = 0x15
    /// A `SplitRequest`; answered by `descriptors` or `failure`.
    package static let split: UInt8 = 0x16
    /// A `PlacementRequest`; answered by `placementAnswer` or `failure`.
    package static let placementRequest: UInt8 = 0x17
    /// A `MergeRequest`; answered by `descriptor` or `failure`.
    package static let merge: UInt8 = 0x18
    /// A `CheckRequest`; answered by `checked` or `failure`.
    package static let check: UInt8 = 0x19

    // Client flavour: responses.
    /// A `WriteResult`: every operation was applied.
    package static let written: UInt8 = 0x20
    /// A `ValueList`.
    package static let values: UInt8 = 0x21
    /// A `ScanPage`.
    package static let page: UInt8 = 0x22
    /// A `RouteTable`.
    package static let routeTable: UInt8 = 0x23
    /// A `NodeStatus`.
    package static let nodeStatus: UInt8 = 0x24
    /// A `Descriptor`: the shard as it is after a change of its replicas.
    package static let descriptor: UInt8 = 0x25
    /// A list of `Descriptor`: what a shard has become by a split.
    package static let descriptors: UInt8 = 0x26
    /// A `PlacementAnswer`.
    package static let placementAnswer: UInt8 = 0x27
    /// A `ShardCheck`.
    package static let checked: UInt8 = 0x29
    /// A `RequestError`, the answer to any request.
    package static let failure: UInt8 = 0x2F

    // Client flavour: formation requests and replies.
    /// `FormationRequest.announce`; answered by `announced` or `refused`.
    package static let announce: UInt8 = 0x40
    /// `FormationRequest.bootstrap`; answered by `accepted` or `refused`.
    package static let bootstrap: UInt8 = 0x41
    /// `FormationRequest.join`; answered by `joined` or `refused`.
    package static let join: UInt8 = 0x42
    /// `FormationReply.announced`.
    package static let announced: UInt8 = 0x48
    /// `FormationReply.accepted`, without fields.
    package static let accepted: UInt8 = 0x49
    /// `FormationReply.refused`: what to do, in one line.
    package static let refused: UInt8 = 0x4A
    /// `FormationReply.joined`.
    package static let joined: UInt8 = 0x4B

    // Peer flavour.
    /// Envelopes of many shards; see `RaftFrameBuilder`.
    package static let raft: UInt8 = 0x01
    /// A `ControlFrame`.
    package static let control: UInt8 = 0x02
    /// A `SnapshotEnvelope`.
    package static let snapshot: UInt8 = 0x03
    /// A `ReplicaNotice`.
    package static let notice: UInt8 = 0x04
    /// A `PlacementReport`.
    package static let placement: UInt8 = 0x05
}
