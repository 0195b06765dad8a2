import Keyspace
import NIOCore

extension RouteTable {
    /// routeTable := clusterMilliseconds:u64 routeCount:u32 (leader:u64 descriptor)* nodeCount:u32 nodeAddress*
    func write(into buffer: inout ByteBuffer) {
        buffer.writeLittle(clusterMilliseconds)
        buffer.writeList(routes) { buffer, route in
            buffer.writeNodeIfAny(route.leader)
            buffer.writeDescriptor(route.descriptor)
        }
        buffer.writeList(nodes) { $0.writeNodeAddress($1) }
    }

    static func read(_ reader: inout WireReader) throws(WireError) -> RouteTable {
        let milliseconds = try reader.readUInt64()
        let routes = try reader.readList(
            elementBytesMin: 8 + WireReader.descriptorBytesMin
        ) { (reader) throws(WireError) in
            let leader = try reader.readNodeIfAny()
            return Route(descriptor: try reader.readDescriptor(), leader: leader)
        }
        return RouteTable(routes: routes, nodes: try reader.readNodeAddresses(), clusterMilliseconds: milliseconds)
    }
}
