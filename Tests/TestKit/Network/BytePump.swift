import NIOCore

/// Carries the bytes of one direction of one connection, as the rule of that direction says at the moment.
final class BytePump {
    let sink: any Channel
    private let direction: Direction
    private let source: any Channel
    private let table: LinkTable
    private let registry: ProxyRegistry
    private let onEnd: () -> Void
    private var queue = CircularBuffer<(bytes: ByteBuffer, arrived: NIODeadline)>()
    private var queuedBytes = 0
    private var hasEnded = false
    private var isReading = true

    /// The source is not read while more than this waits, as a socket would do.
    private static let queuedBytesMax = 256 << 10

    /// So many bytes of what is read at once travel one by one; the rest would only heat the machine.
    private static let slicesMax = 128

    init(
        _ direction: Direction, from source: any Channel, to sink: any Channel, table: LinkTable,
        registry: ProxyRegistry, onEnd: @escaping () -> Void
    ) {
        self.direction = direction
        self.source = source
        self.sink = sink
        self.table = table
        self.registry = registry
        self.onEnd = onEnd
    }

    func receive(_ bytes: ByteBuffer) {
        queue.append((bytes, source.eventLoop.now))
        queuedBytes += bytes.readableBytes
        drain()
    }

    /// The source sends nothing more; the sink is closed once it has got everything.
    func end() {
        hasEnded = true
        drain()
    }

    /// Sends what may travel now.
    func drain() {
        var isDelayed = false
        while let next = queue.first, sink.isWritable {
            let rule = table.rule(for: direction)
            if rule == .cut { break }
            if case .delayed(let milliseconds) = rule,
                next.arrived + .milliseconds(Int64(milliseconds)) > source.eventLoop.now
            {
                isDelayed = true
                wait(until: next.arrived + .milliseconds(Int64(milliseconds)))
                break
            }
            queue.removeFirst()
            queuedBytes -= next.bytes.readableBytes
            registry.byteCounts[direction, default: 0] += next.bytes.readableBytes
            send(next.bytes, isSliced: rule == .sliced)
        }
        throttle()
        if hasEnded, queue.isEmpty, !isDelayed, table.rule(for: direction) != .cut { onEnd() }
    }

    private func send(_ bytes: ByteBuffer, isSliced: Bool) {
        guard isSliced else { return sink.writeAndFlush(bytes, promise: nil) }
        var bytes = bytes
        // One segment each: the socket does not gather small ones (TCP_NODELAY).
        for _ in 0..<BytePump.slicesMax {
            guard let byte = bytes.readSlice(length: 1) else { return }
            sink.writeAndFlush(byte, promise: nil)
        }
        if bytes.readableBytes > 0 { sink.writeAndFlush(bytes, promise: nil) }
    }

    private func wait(until due: NIODeadline) {
        let pump = NIOLoopBound(self, eventLoop: source.eventLoop)
        source.eventLoop.scheduleTask(deadline: due) { pump.value.drain() }
    }

    private func throttle() {
        let mayRead = queuedBytes <= BytePump.queuedBytesMax
        guard mayRead != isReading else { return }
        isReading = mayRead
        source.setOption(.autoRead, value: mayRead).whenFailure { _ in }
    }
}
