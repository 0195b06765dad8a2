import NIOCore
package import Wire

extension DShardClient {
    /// All shards, their leaders and the nodes, as some node knows them.
    package func routes(includingSystem: Bool) async throws(ClientError) -> RouteTable {
        switch await perform(.routes(includesSystem: includingSystem), key: nil, byteCount: 0) {
        case .routes(let table): return table
        case .failure(let error): throw error
        default: throw .strangeAnswer
        }
    }

    /// How the node at `endpoint` ("host:port") sees itself and its neighbours. One that cannot be reached, or says
    /// nothing for two seconds, is not waited for.
    package func status(of endpoint: String) async throws(ClientError) -> NodeStatus {
        switch await perform(.status(address: endpoint), key: nil, byteCount: 0, limit: Self.statusLimit) {
        case .status(let status): return status
        case .failure(let error): throw error
        default: throw .strangeAnswer
        }
    }

    /// One node that is stopped must not keep all others from being seen.
    static let statusLimit = TimeAmount.seconds(2)

    /// The status of every node of the cluster, in ascending order of ids; those that do not answer come with the
    /// reason. All are asked at once.
    package func statusOfAllNodes() async throws(ClientError) -> [NodeReport] {
        let nodes = try await routes(includingSystem: true).nodes
        let reports = await withTaskGroup(of: NodeReport.self) { tasks in
            for node in nodes {
                tasks.addTask {
                    do throws(ClientError) {
                        return NodeReport(node: node, status: .success(try await self.status(of: node.address)))
                    } catch {
                        return NodeReport(node: node, status: .failure(error))
                    }
                }
            }
            return await tasks.reduce(into: []) { $0.append($1) }
        }
        return reports.sorted { $0.node.node < $1.node.node }
    }
}
