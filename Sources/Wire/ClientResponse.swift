package import Keyspace

/// The answer to the request with the same id.
package struct ClientResponse: Sendable, Equatable {
    /// That request's id.
    package var id: UInt64
    package var body: Body

    package init(id: UInt64, body: Body) {
        self.id = id
        self.body = body
    }

    /// What is answered.
    package enum Body: Sendable, Equatable {
        case written(WriteResult)
        case values(ValueList)
        case page(ScanPage)
        case routes(RouteTable)
        case status(NodeStatus)
        case descriptor(Descriptor)
        case descriptors([Descriptor])
        case placement(PlacementAnswer)
        case checked(ShardCheck)
        case failure(RequestError)
    }
}
