import DShardClient
import Host
import Keyspace
import NIOCore
import Raft
import Wire

/// Where the shards are, for a node without a replica of the system shard: asks the nodes that have one, as a client
/// does, and keeps the answer for a second.
///
/// Safe because every access is on the lane's loop.
final class RouteSource: @unchecked Sendable {
    private unowned let lane: Lane
    private var client: DShardClient?
    /// Whom `client` asks.
    private var endpoints: [String] = []
    private var table: RouteTable?
    private var heardAt = Instant.distantPast
    private var asking: Task<Void, Never>?
    private var waiting: [@Sendable (RouteTable?) -> Void] = []
    private var isStopped = false

    /// An answer is good for this long.
    private static let freshness = Interval.seconds(1)
    /// Requests that may wait for an answer; one more gets the last known one.
    private static let waitingMax = 4_096

    init(lane: Lane) { self.lane = lane }

    /// Calls `done` with the routes, now or once they are heard; with the last ones known when nobody answers.
    func table(then done: @escaping @Sendable (RouteTable?) -> Void) {
        guard !isStopped, !isFresh, waiting.count < Self.waitingMax else { return done(table) }
        waiting.append(done)
        ask()
    }

    /// Asks when what is known has become old.
    func refresh() {
        if !isFresh { ask() }
    }

    /// How long ago the routes were heard.
    func age(now: Instant) -> Interval { now - heardAt }

    /// The node that led the system shard when the routes were heard.
    func systemLeader() -> NodeID? {
        table?.routes.first { $0.descriptor.range == .system }?.leader
    }

    /// Returns when nothing of this runs any more.
    func stop() async {
        let parts = try? await lane.loop.submit { [self] in
            isStopped = true
            return (client, asking)
        }.get()
        try? await parts?.0?.shutdown()
        await parts?.1?.value
    }

    private var isFresh: Bool { age(now: SteadyClock.now()) < Self.freshness }

    private func ask() {
        guard asking == nil, !isStopped else { return }
        guard let client = currentClient() else { return answer() }
        let loop = lane.loop
        asking = Task { [self] in
            let found: RouteTable?
            do throws(ClientError) {
                found = try await client.routes(includingSystem: true)
            } catch {
                found = nil
            }
            loop.execute { self.heard(found) }
        }
    }

    private func heard(_ found: RouteTable?) {
        asking = nil
        if let found {
            table = found
            heardAt = SteadyClock.now()
            lane.host.learn(found.nodes)
            if let system = found.routes.first(where: { $0.descriptor.range == .system }) {
                lane.host.learn(systemShard: system.descriptor)
            }
        }
        answer()
    }

    private func answer() {
        let done = waiting
        waiting = []
        for call in done { call(table) }
    }

    /// The client of the nodes that have the system shard; another one when they have changed.
    private func currentClient() -> DShardClient? {
        let voters = lane.host.systemShard?.configuration.voters ?? []
        let addresses = voters.compactMap { lane.host.address(of: $0.node)?.address }
        guard !addresses.isEmpty else { return nil }
        if let client, addresses == endpoints { return client }
        if let old = client { Task { try? await old.shutdown() } }
        var configuration = DShardClient.Configuration(endpoints: addresses)
        configuration.requestTimeout = .seconds(1)
        endpoints = addresses
        client = DShardClient(configuration: configuration, eventLoop: lane.loop)
        return client
    }
}
