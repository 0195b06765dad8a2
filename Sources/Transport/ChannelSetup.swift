import NIOCore

/// How every socket of this process is set up, accepted or dialled.
enum ChannelSetup {
    /// Small frames must not wait for the answer to earlier ones.
    static let noDelay = ChannelOptions.socketOption(.tcp_nodelay)

    /// Reads grow with the traffic: an idle connection costs a kilobyte, a busy one takes a tick's frames in one call.
    static let readBuffers = AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 1 << 14, maximum: 1 << 18)

    /// Puts the handlers of a connection in place. A TLS handler belongs in front of `connection`, here and only here.
    static func configure(_ channel: any Channel, _ connection: FramedConnection) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(connection)
        }
    }
}
