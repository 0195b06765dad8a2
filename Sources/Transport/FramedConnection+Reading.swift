import NIOCore
import Wire

extension FramedConnection {
    /// Delivers all whole frames of one read and keeps the beginning of the next.
    func received(_ buffer: ByteBuffer) {
        guard state != .closed else { return }
        meter.counters.bytesIn += UInt64(buffer.readableBytes)
        var buffer = buffer
        do throws(WireError) {
            if partial.readableBytes > 0 {
                guard try completePartial(from: &buffer) else { return }
                try deliverPartial()
            }
            try deliverFrames(from: &buffer)
        } catch {
            close(reason: .garbage(error))
            return
        }
        if state != .closed, buffer.readableBytes > 0 { keep(&buffer, upTo: buffer.readableBytes) }
    }

    /// Delivers the frame that is whole now. The owner may close the connection meanwhile, which drops `partial`.
    private func deliverPartial() throws(WireError) {
        var whole = partial
        partial = ByteBuffer()
        try deliverFrames(from: &whole)
        whole.clear()
        if state != .closed { partial = whole }
    }

    /// From here on frames look as the role has them.
    func applyRole() {
        switch role {
        case .client: frameBytesMax = limits.clientFrameBytesMax
        case .formation: frameBytesMax = limits.formationFrameBytesMax
        case .control, .bulk:
            frameFlavor = .peer
            frameBytesMax = limits.peerFrameBytesMax
        }
        if case .server = side, role == .client { pendingBytesMax = limits.clientPendingBytesMax }
    }

    private func deliverFrames(from buffer: inout ByteBuffer) throws(WireError) {
        let before = framesDelivered
        defer { meter.counters.framesIn += framesDelivered &- before }
        while state != .closed {
            let frame = try FrameParser.nextFrame(from: &buffer, flavor: frameFlavor, limit: frameBytesMax)
            guard let frame else { return }
            framesDelivered &+= 1
            if state == .open {
                owner?.connection(self, received: frame)
            } else {
                try receivedHandshake(frame)
            }
        }
    }

    /// Takes from `buffer` what the half frame lacks, so that the frames behind it are read in place. Returns whether
    /// it is whole now. Memory follows what has arrived, not what the length announces.
    private func completePartial(from buffer: inout ByteBuffer) throws(WireError) -> Bool {
        let header = frameFlavor.headerByteCount
        if partial.readableBytes < header { keep(&buffer, upTo: header - partial.readableBytes) }
        guard partial.readableBytes >= header else { return false }
        guard let length = partial.getInteger(at: partial.readerIndex, endianness: .little, as: UInt32.self) else {
            return false
        }
        guard Int(length) <= frameBytesMax else { throw .tooLarge(limit: frameBytesMax, actual: Int(length)) }
        let missing = header + Int(length) - partial.readableBytes
        if missing > 0 { keep(&buffer, upTo: missing) }
        return partial.readableBytes >= header + Int(length)
    }

    private func keep(_ buffer: inout ByteBuffer, upTo count: Int) {
        guard let slice = buffer.readSlice(length: min(count, buffer.readableBytes)) else { return }
        partial.writeImmutableBuffer(slice)
    }

    /// Watches the half frame, if there is one. There is at most one timer: it looks whether the same frame is still
    /// half when it fires, so that a busy connection pays a comparison per read and no timer.
    func watchPartial(_ context: ChannelHandlerContext) {
        guard state != .closed, partial.readableBytes > 0 else {
            partialFrame = .max
            if partial.capacity > 1 << 20 { partial = ByteBuffer() }
            return
        }
        guard partialFrame != framesDelivered else { return }
        partialFrame = framesDelivered
        partialSince = context.eventLoop.now
        if frameTimer == nil { startFrameTimer(context.eventLoop, in: limits.frameTimeout) }
    }

    private func startFrameTimer(_ loop: any EventLoop, in delay: TimeAmount) {
        frameTimer = loop.scheduleTask(in: delay) { self.frameTimerFired(loop) }
    }

    private func frameTimerFired(_ loop: any EventLoop) {
        frameTimer = nil
        guard state != .closed, partialFrame != .max else { return }
        let end = partialSince + limits.frameTimeout
        let now = loop.now
        if end <= now {
            close(reason: .frameTimeout)
        } else {
            startFrameTimer(loop, in: end - now)
        }
    }
}
