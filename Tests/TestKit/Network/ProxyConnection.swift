import Glibc
import NIOCore
import NIOPosix
import Raft
import Wire

/// One connection through a proxy: what was dialled, and what it is forwarded to. Lives on one event loop.
final class ProxyConnection {
    let front: any Channel
    /// The node that was dialled.
    let node: Int
    /// Who has dialled; `Direction.outside` until the first frame says that it is a node.
    private(set) var dialler = Direction.outside
    private let target: Int
    private let table: LinkTable
    private let registry: ProxyRegistry
    private var state = State.greeting(ByteBuffer())

    private enum State {
        /// The first frame is incomplete.
        case greeting(ByteBuffer)
        /// The node is being dialled; what has come meanwhile.
        case dialling(ByteBuffer)
        case open(forward: BytePump, backward: BytePump)
        case closed
    }

    /// A hello is shorter.
    private static let greetingBytesMax = 8192

    init(front: any Channel, node: Int, target: Int, table: LinkTable, registry: ProxyRegistry) {
        self.front = front
        self.node = node
        self.target = target
        self.table = table
        self.registry = registry
        registry.add(self)
    }

    /// Bytes from the dialler.
    func receive(_ bytes: ByteBuffer) {
        switch state {
        case .greeting(var held):
            held.writeImmutableBuffer(bytes)
            state = .greeting(held)
            if knowsDialler(held) { dial(held) }
        case .dialling(var held):
            held.writeImmutableBuffer(bytes)
            state = .dialling(held)
        case .open(let forward, _):
            forward.receive(bytes)
        case .closed:
            break
        }
    }

    /// The dialler has closed.
    func frontClosed() {
        if case .open(let forward, _) = state { forward.end() } else { close() }
    }

    /// The node has closed, or its process ended.
    func backClosed() {
        if case .open(_, let backward) = state { backward.end() } else { close() }
    }

    /// Bytes from the node.
    func receiveBack(_ bytes: ByteBuffer) {
        if case .open(_, let backward) = state { backward.receive(bytes) }
    }

    /// The rules have changed, or there is room to write.
    func wake() {
        if case .open(let forward, let backward) = state {
            forward.drain()
            backward.drain()
        }
    }

    /// Closes both sides, so that they see a reset.
    func reset() {
        for channel in channels {
            // No waiting for what was sent: the other side gets a reset.
            _ = (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            channel.close(promise: nil)
        }
        finish()
    }

    /// Closes both sides after what was written to them.
    func close() {
        for channel in channels { channel.close(promise: nil) }
        finish()
    }

    private var channels: [any Channel] {
        if case .open(let forward, _) = state { [front, forward.sink] } else { [front] }
    }

    private func finish() {
        state = .closed
        registry.remove(self)
    }

    /// Reads the first frame: who speaks. What is no hello comes from outside.
    private func knowsDialler(_ held: ByteBuffer) -> Bool {
        var buffer = held
        do {
            let parser = FrameParser(flavor: .client, limit: Self.greetingBytesMax)
            guard let frame = try parser.nextFrame(from: &buffer) else { return false }
            if let number = try Hello.decode(frame).node { dialler = Int(clamping: number.rawValue) }
        } catch {
            dialler = Direction.outside
        }
        return true
    }

    private func dial(_ held: ByteBuffer) {
        state = .dialling(held)
        let connection = NIOLoopBound(self, eventLoop: front.eventLoop)
        ClientBootstrap(group: front.eventLoop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ProxyBack(connection.value))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .whenComplete { result in
                switch result {
                case .success(let back): connection.value.opened(back)
                case .failure: connection.value.reset()
                }
            }
    }

    private func opened(_ back: any Channel) {
        guard case .dialling(let held) = state, front.isActive else {
            back.close(promise: nil)
            return close()
        }
        let forward = pump(Direction(from: dialler, to: node), from: front, to: back)
        let backward = pump(Direction(from: node, to: dialler), from: back, to: front)
        state = .open(forward: forward, backward: backward)
        forward.receive(held)
    }

    private func pump(_ direction: Direction, from source: any Channel, to sink: any Channel) -> BytePump {
        BytePump(direction, from: source, to: sink, table: table, registry: registry) { [weak self] in self?.close() }
    }
}
