import Raft
import Simulator

// Simulates one planted bug until a seed finds it:
//   PlantedBugs --list
//   PlantedBugs NAME SEEDS MILLISECONDS [FAULT,…]
//                       prints the number of seeds it took and what was found; 1 when none did

let arguments = Array(CommandLine.arguments.dropFirst())

if arguments == ["--list"] {
    for bug in PlantedBug.allCases { print(bug.rawValue) }
} else {
    #if PLANTED_BUGS
        guard arguments.count >= 3, let bug = PlantedBug(rawValue: arguments[0]), let seeds = UInt64(arguments[1]),
            let milliseconds = Int(arguments[2])
        else { fatalError("usage: PlantedBugs NAME SEEDS MILLISECONDS") }
        unsafe PlantedBug.planted = bug
        let kinds = arguments.dropFirst(3).first.map { list in
            Set(list.split(separator: ",").compactMap { FaultKind(rawValue: String($0)) })
        }
        var found: (seeds: UInt64, text: String)?
        for seed in 1...max(1, seeds) where found == nil {
            let nodes = seed.isMultiple(of: 3) ? 5 : 3
            var options = SimulationOptions(seed: seed, nodes: nodes, milliseconds: milliseconds)
            if let kinds { options.faults = kinds }
            let report = Simulation.run(options)
            if let failure = report.failure { found = (seed, failure.text) }
        }
        guard let found else { fatalError("not found in \(seeds) seeds") }
        print("\(found.seeds)\t\(found.text)")
    #else
        fatalError("built without PLANTED_BUGS: use tools/planted-bugs")
    #endif
}
