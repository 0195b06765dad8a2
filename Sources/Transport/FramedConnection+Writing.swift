package import NIOCore
import Wire

extension FramedConnection {
    /// Queues a whole frame (length, checksum and kind included), or so many whole `frames`, until `flush()`. Returns
    /// whether it was taken: not by a connection that is not open, nor by one whose other side does not read, which is
    /// closed for it.
    @discardableResult
    package func write(_ frame: ByteBuffer, frames: Int = 1) -> Bool {
        let count = frame.readableBytes
        guard prepareWrite(of: count) else { return false }
        if count <= coalescedFrameBytesMax {
            pending.writeImmutableBuffer(frame)
        } else {
            writeThrough(frame)
        }
        framesWritten &+= UInt64(frames)
        return true
    }

    /// As `write`, but lets `body` append one whole frame to the pending bytes: saves a buffer and a copy per frame.
    /// `body` does nothing else; above all it does not touch the connection.
    @discardableResult
    package func writeFrame(_ body: (inout ByteBuffer) -> Void) -> Bool {
        guard prepareWrite(of: 0) else { return false }
        body(&pending)
        framesWritten &+= 1
        return true
    }

    /// Bytes that were written and have not reached the operating system, as of the last flush.
    package var queuedBytes: Int { pending.readableBytes + bufferedBytes }

    /// Gives everything written since the last flush to the socket.
    package func flush() {
        guard state == .open, let context else { return }
        context.eventLoop.assertInEventLoop()
        if pending.readableBytes > 0 {
            meter.counters.bytesOut += UInt64(pending.readableBytes)
            context.write(wrapOutboundOut(pending), promise: nil)
        } else if !hasUnflushed {
            return
        }
        hasUnflushed = false
        meter.counters.framesOut += framesWritten
        framesWritten = 0
        context.flush()
        recyclePending()
        bufferedBytes = context.channel.isWritable ? 0 : measureBufferedBytes(context)
    }

    private func prepareWrite(of count: Int) -> Bool {
        guard state == .open else { return false }
        guard queuedBytes + count <= pendingBytesMax else {
            close(reason: .pendingOverflow)
            return false
        }
        return true
    }

    /// Not worth a copy: the channel gets the frame itself, behind what was gathered before it.
    private func writeThrough(_ frame: ByteBuffer) {
        guard let context else { return }
        if pending.readableBytes > 0 {
            meter.counters.bytesOut += UInt64(pending.readableBytes)
            bufferedBytes += pending.readableBytes
            context.write(wrapOutboundOut(pending), promise: nil)
            recyclePending()
        }
        meter.counters.bytesOut += UInt64(frame.readableBytes)
        bufferedBytes += frame.readableBytes
        context.write(wrapOutboundOut(frame), promise: nil)
        hasUnflushed = true
    }

    /// `clear` keeps the memory when the socket took all of it at once, and gets new memory when not. A buffer that a
    /// burst made large is not kept.
    private func recyclePending() {
        if pending.capacity > 1 << 20 {
            pending = ByteBuffer()
        } else {
            pending.clear()
        }
    }

    private func measureBufferedBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
