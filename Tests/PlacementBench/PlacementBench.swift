internal import Placement
internal import PlacementModel
internal import Raft

/// What a large cluster's troubles cost: passes, moves against the fewest that would do, and the time of a pass.
///
///     swift run -c release PlacementBench [NODES=100] [SHARDS=100000] [CASE]...
@main
enum PlacementBench {
    static func main() {
        let words = CommandLine.arguments.dropFirst()
        let numbers = words.compactMap { Int($0) }
        let names = words.filter { Int($0) == nil }
        let nodes = numbers.first ?? 100
        let shards = numbers.dropFirst().first ?? 100_000
        let even = ModelCluster.even(nodes: nodes, zones: 3, shards: shards, rules: PlacementRules())
        for trouble in Trouble.allCases where names.isEmpty || names.contains(trouble.rawValue) {
            var trial = Trial(trouble, even)
            trial.run()
        }
    }
}
