import NIOCore

/// All connections that go through the proxies; everything of them happens on one event loop.
final class ProxyRegistry {
    private var connections: [ObjectIdentifier: ProxyConnection] = [:]
    /// Bytes forwarded, over all connections.
    var byteCounts: [Direction: Int] = [:]

    func add(_ connection: ProxyConnection) { connections[ObjectIdentifier(connection)] = connection }

    func remove(_ connection: ProxyConnection) { connections[ObjectIdentifier(connection)] = nil }

    /// Lets every connection look at the rules again.
    func wake() {
        for connection in connections.values { connection.wake() }
    }

    /// Resets the connections between two nodes and returns how many there were.
    func reset(between first: Int, and second: Int) -> Int {
        let hit = connections.values.filter {
            [$0.dialler, $0.node] == [first, second] || [$0.dialler, $0.node] == [second, first]
        }
        for connection in hit { connection.reset() }
        return hit.count
    }
}
