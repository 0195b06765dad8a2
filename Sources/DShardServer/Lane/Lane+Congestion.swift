import Host
import Transport

/// A client that asks for more than its connection takes is held up, and nobody else: what it reads next is read when
/// the socket has room for the answers.
extension Lane {
    /// Answers that a connection may leave unread before its reads wait, in bytes.
    private static let unreadBytesMax = 2 << 20

    /// Looks, when an answer was written, whether the connection takes it.
    func watch(_ connection: FramedConnection, _ client: ClientState) {
        guard connection.queuedBytes > Self.unreadBytesMax, !client.isCongested else { return }
        // What was only gathered may well find room.
        connection.flush()
        guard connection.queuedBytes > Self.unreadBytesMax else { return }
        client.isCongested = true
        guard !client.isHeldUp else { return }
        client.isHeldUp = true
        heldUpClients += 1
    }

    /// Whether answers to this connection have to wait; false for one that is gone.
    func isCongested(_ connection: UInt64) -> Bool {
        guard heldUpClients > 0, let client = clients[connection]?.attachment as? ClientState else { return false }
        return client.isCongested
    }

    /// Keeps a read for later if its answer would have to wait, or if it came behind others that wait.
    func hold(_ read: PendingRead, of generation: ReadGeneration, isInTurn: Bool = false) -> Bool {
        guard heldUpClients > 0, let client = clients[read.reference.connection]?.attachment as? ClientState,
            client.isCongested || client.heldCount > 0 && !isInTurn
        else { return false }
        if client.heldReads.last?.generation == generation {
            client.heldReads[client.heldReads.count - 1].reads.append(read)
        } else {
            client.heldReads.append(ReadTask(generation: generation, reads: [read]))
        }
        client.heldCount += 1
        return true
    }

    /// The socket has room again. Its flush may be under way: nothing is written before that is over.
    func clientDrained(_ connection: FramedConnection) {
        guard let client = connection.attachment as? ClientState, client.isCongested else { return }
        client.isCongested = false
        drainedClients.append(connection)
        scheduleTurn()
    }

    /// Reads what had to wait, so much at a time that little is read for nothing when the socket is full again. The
    /// index of such a read is applied as it was, so a later state answers as well (rule 25).
    func serveHeldReads() {
        guard !drainedClients.isEmpty else { return }
        let drained = drainedClients
        drainedClients.removeAll()
        for connection in drained {
            guard let client = connection.attachment as? ClientState, !client.isCongested else { continue }
            guard client.heldCount > 0 else {
                client.isHeldUp = false
                heldUpClients -= 1
                continue
            }
            // Looked at again when what was taken is answered.
            drainedClients.append(connection)
            guard client.heldUnderWay == 0 else { continue }
            serve(takeHeld(client), areInTurn: true)
            if client.heldUnderWay == 0 { scheduleTurn() }
        }
    }

    /// Reads of one connection that are taken at a time while others wait.
    private static let readsInTurnMax = 16

    private func takeHeld(_ client: ClientState) -> [ReadTask] {
        guard var first = client.heldReads.first else { return [] }
        let taken = ReadTask(generation: first.generation, reads: Array(first.reads.prefix(Self.readsInTurnMax)))
        first.reads.removeFirst(taken.reads.count)
        if first.reads.isEmpty { client.heldReads.removeFirst() } else { client.heldReads[0] = first }
        client.heldCount -= taken.reads.count
        return [taken]
    }
}
